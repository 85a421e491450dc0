/* SPDX-License-Identifier: MIT */
/* Paths of members and of links in an archive, normalised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/util/link_path.h"

static void test_normalise(void **state)
{
	static const struct {
		const char *path, *folder_of, *out; /* @out NULL: outside */
	} cases[] = {
		{"a", NULL, "a"},
		{"./a//b/../c", NULL, "a/c"},
		{"/a/b/", NULL, "a/b"},
		{"", NULL, ""},
		{".", NULL, ""},
		{"a/..", NULL, ""},
		{"..", NULL, NULL},
		{"a/../..", NULL, NULL},
		{"...", NULL, "..."},
		{"b", "x/y/a", "x/y/b"},
		{"../b", "x/y/a", "x/b"},
		{"../../b", "x/y/a", "b"},
		{"../../../b", "x/y/a", NULL},
		{"/b", "x/y/a", "b"},
		{"b", "a", "b"},
		{"../b", "a", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[LINK_PATH_SIZE] = "before";
		bool fits = link_path_normalise(cases[i].path, cases[i].folder_of, out);

		if (fits != (cases[i].out != NULL) ||
		    strcmp(out, cases[i].out ? cases[i].out : "") != 0)
			fail_msg("%s in %s: %d, '%s'", cases[i].path,
				 cases[i].folder_of ? cases[i].folder_of : "the root", fits, out);
	}
}

static void test_length(void **state)
{
	char path[LINK_PATH_SIZE + 8], out[LINK_PATH_SIZE];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[LINK_PATH_SIZE - 1] = '\0';
	path[1] = '/';
	path[LINK_PATH_SIZE - 2] = '\0';
	assert_true(link_path_normalise(path, NULL, out));
	assert_string_equal(out, path);
	path[LINK_PATH_SIZE - 2] = 'a';
	path[LINK_PATH_SIZE] = '\0';
	path[LINK_PATH_SIZE - 1] = 'a';
	assert_false(link_path_normalise(path, NULL, out));
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
