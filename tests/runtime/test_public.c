/* SPDX-License-Identifier: MIT */
/*
 * The library as its users link it. The functions below have names of the runtime's inner
 * functions: in a static link they must not collide.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>

#include <cmocka.h>

#include <corebtf.h>

int log_line(void);
int bundle_open(void);
int index_entry(void);

int log_line(void)
{
	return 1;
}

int bundle_open(void)
{
	return 2;
}

int index_entry(void)
{
	return 3;
}

static void version_is_the_headers(void **state)
{
	char version[32];

	snprintf(version, sizeof(version), "%d.%d.%d", COREBTF_VERSION_MAJOR, COREBTF_VERSION_MINOR,
		 COREBTF_VERSION_PATCH);
	assert_string_equal(corebtf_version(), version);
}

static void users_names_are_the_users(void **state)
{
	static const uint64_t zeros[2];
	struct corebtf *handle;

	assert_int_equal(corebtf_open_memory(zeros, sizeof(zeros), &handle, NULL), -ENODATA);
	assert_int_equal(log_line() + bundle_open() + index_entry(), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_is_the_headers),
		cmocka_unit_test(users_names_are_the_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
