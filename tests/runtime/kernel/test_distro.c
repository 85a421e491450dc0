/* SPDX-License-Identifier: MIT */
/*
 * Names and versions of distributions, as os-release, archives and uname -v write them: those of
 * lookup.cases.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/distro.h"
#include "tests/support/lookup_cases.h"
#include "tests/support/runtime_support.h"

static void check_distro(const struct lookup_name *name)
{
	struct distro distro;

	distro_normalise(name->left[0], name->left[1], &distro);
	if (strcmp(distro.id, name->right[0]) != 0 || strcmp(distro.version, name->right[1]) != 0)
		fail_msg("line %u: %s %s", name->line, distro.id, distro.version);
	/* normalising twice changes nothing */
	distro_normalise(name->right[0], name->right[1], &distro);
	assert_string_equal(distro.id, name->right[0]);
	assert_string_equal(distro.version, name->right[1]);
}

static void one_name_and_version(void **state)
{
	assert_true(lookup_names_each("distro", check_distro) > 90);
}

static void longest_version_is_cut_in_its_place(void **state)
{
	char name[DISTRO_NAME_SIZE];
	struct distro distro;

	memset(name, '1', DISTRO_NAME_SIZE - 1);
	name[DISTRO_NAME_SIZE - 1] = '\0';
	distro_normalise("sles", name, &distro);
	distro_normalise("amzn", name, &distro);
	assert_string_equal(distro.version, name);
}

static void check_uname(const struct lookup_name *name)
{
	struct distro_hint hint;
	const char *version = "";

	if (!distro_from_uname_version(name->left[0], &hint)) {
		assert_string_equal(name->right[0], "nothing");
		return;
	}
	if (strcmp(name->right[1], "native") != 0)
		version = name->right[1];
	if (strcmp(hint.distro.id, name->right[0]) != 0 ||
	    strcmp(hint.distro.version, version) != 0 || hint.native != (version != name->right[1]))
		fail_msg("line %u: %s %s, native %d", name->line, hint.distro.id,
			 hint.distro.version, hint.native);
}

static void what_uname_says(void **state)
{
	assert_true(lookup_names_each("uname", check_uname) > 15);
}

static void versions_are_numbers(void **state)
{
	assert_true(distro_version_number("20.04") > distro_version_number("18.10"));
	assert_true(distro_version_number("20.10") > distro_version_number("20.04"));
	assert_true(distro_version_number("10") > distro_version_number("9"));
	assert_true(distro_version_number("9.4") > distro_version_number("9"));
	assert_int_equal(distro_version_number(""), 0);
	assert_int_equal(distro_version_number("sid"), 0);
	assert_true(distro_version_number("99999999999.99999999999") > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_name_and_version),
		cmocka_unit_test(longest_version_is_cut_in_its_place),
		cmocka_unit_test(what_uname_says),
		cmocka_unit_test(versions_are_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
