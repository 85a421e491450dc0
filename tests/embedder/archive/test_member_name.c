/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/member_name.h"

static void expect_name(const char *raw, const char *expected)
{
	char *name = NULL;

	assert_int_equal(member_name_normalise(raw, &name, NULL), 0);
	assert_string_equal(name, expected);
	free(name);
}

static void expect_refused(const char *raw, const char *part)
{
	struct reason why = {""};
	char *name = NULL;

	assert_int_equal(member_name_normalise(raw, &name, &why), -EINVAL);
	assert_null(name);
	if (!strstr(why.text, part))
		fail_msg("'%s' without '%s'", why.text, part);
}

static void test_plain(void **state)
{
	(void)state;
	expect_name("a", "a");
	expect_name("./a//b/", "a/b");
	expect_name("a/./b/.", "a/b");
	expect_name("./", "");
	expect_name("", "");
	expect_name("a/...", "a/...");
	expect_name("a/..b/c..", "a/..b/c..");
	expect_name(".hidden", ".hidden");
	expect_name("\xc3\xa4/\xff", "\xc3\xa4/\xff");
}

static void test_refused(void **state)
{
	char longest[MEMBER_NAME_MAX + 2];

	(void)state;
	expect_refused("/etc/passwd", "absolute");
	expect_refused("..", "..");
	expect_refused("a/../b", "..");
	expect_refused("a/..", "..");
	expect_refused("a\nb", "control character");
	expect_refused("a\x7f", "control character");

	memset(longest, 'x', sizeof(longest));
	longest[MEMBER_NAME_MAX + 1] = '\0';
	expect_refused(longest, "1025 bytes");
	longest[MEMBER_NAME_MAX] = '\0';
	expect_name(longest, longest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
