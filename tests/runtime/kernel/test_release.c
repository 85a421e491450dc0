/* SPDX-License-Identifier: MIT */
/*
 * Series, flavour and order of kernel releases, with names as distributions give them: those of
 * lookup.cases.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/release.h"
#include "tests/support/lookup_cases.h"
#include "tests/support/runtime_support.h"

static void check_release(const struct lookup_name *name)
{
	struct release release;
	bool understood = release_read(name->left[0], &release);

	if (strcmp(understood ? release.pattern : "nothing", name->right[0]) != 0)
		fail_msg("line %u: %s", name->line, understood ? release.pattern : "nothing");
}

static void series_and_flavour(void **state)
{
	assert_true(lookup_names_each("release", check_release) > 25);
}

#define MAX_ROW 8

/* Of one pattern, from the oldest to the newest. */
static void check_order(const struct lookup_name *name)
{
	char *text = strdup(name->left[0]), *rest = text, *word;
	struct release row[MAX_ROW];
	int count = 0;

	assert_non_null(text);
	while ((word = strsep(&rest, " "))) {
		if (!strcmp(word, "<"))
			continue;
		assert_true(count < MAX_ROW);
		assert_true(release_read(word, &row[count++]));
	}
	assert_true(count > 1);
	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++) {
			int order = release_compare(&row[i], &row[j]);

			assert_string_equal(row[i].pattern, row[j].pattern);
			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	free(text);
}

static void version_order(void **state)
{
	assert_true(lookup_names_each("order", check_order) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(series_and_flavour),
		cmocka_unit_test(version_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
