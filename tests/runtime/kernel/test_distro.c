/* SPDX-License-Identifier: MIT */
/*
 * Names and versions of distributions, as os-release, archives and uname -v write them.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/distro.h"
#include "tests/support/runtime_support.h"

static void one_name_and_version(void **state)
{
	static const struct {
		const char *id, *version_id, *same_id, *same_version;
	} cases[] = {
		{"debian", "12", "debian", "12"},
		{"debian", "11.6", "debian", "11"},
		{"debian", "bookworm", "debian", "12"},
		{"debian", "trixie/sid", "debian", "13"},
		{"debian", "buster", "debian", "10"},
		{"Debian", "Stretch", "debian", "9"},
		{"debian", "", "debian", ""},
		{"debian", "sid", "debian", "sid"},
		{"ubuntu", "20.04", "ubuntu", "20.04"},
		{"ubuntu", "20.04.6", "ubuntu", "20.04"},
		{"ubuntu", "focal", "ubuntu", "20.04"},
		{"ubuntu", "bionic", "ubuntu", "18.04"},
		{"debian", "focal", "debian", "focal"}, /* a codename is its distribution's */
		{"rhel", "8.4", "rhel", "8"},
		{"redhat", "8", "rhel", "8"},
		{"rhel", "7.x", "rhel", "7"},
		{"rhel", "10", "rhel", "10"},
		{"ol", "7.9", "ol", "7"},
		{"oracle", "7", "ol", "7"},
		{"OracleLinux", "8.10", "ol", "8"},
		{"centos", "8", "centos", "8"},
		{"centos", "7", "centos", "7"},
		{"almalinux", "9.3", "almalinux", "9"},
		{"rocky", "9.3", "rocky", "9"},
		{"fedora", "34", "fedora", "34"},
		{"amzn", "2", "amzn", "2"},
		{"amazon", "2", "amzn", "2"},
		{"amzn", "2018.03", "amzn", "1"},
		{"amzn", "2017.09", "amzn", "1"},
		{"amzn", "2018.x", "amzn", "1"},
		{"amzn", "1", "amzn", "1"},
		{"amzn", "2023", "amzn", "2023"},
		{"amzn", "2023.4.20240416", "amzn", "2023"},
		{"sles", "15.4", "sles", "15.4"},
		{"sles", "15-SP4", "sles", "15.4"},
		{"suse", "12 SP5", "sles", "12.5"},
		{"sles_sap", "15.4", "sles", "15.4"},
		{"sles", "15sp1", "sles", "15.1"},
		{"sles", "15", "sles", "15"},
		{"sles", "15-SP", "sles", "15"},
		{"opensuse-leap", "15.3", "opensuse-leap", "15.3"},
		{"opensuse", "42.3", "opensuse-leap", "42.3"},
		{"arch", "", "arch", ""},
		{"alpine", "3.19.1", "alpine", "3.19.1"}, /* not in the table: as it is */
		{"unknown", "12", "", "12"},		  /* an archive's folder */
		{"debian", "unknown", "debian", ""},
		{"", "20.04", "", "20.04"},
		{"", "", "", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct distro distro;

		distro_normalise(cases[i].id, cases[i].version_id, &distro);
		if (strcmp(distro.id, cases[i].same_id) ||
		    strcmp(distro.version, cases[i].same_version))
			print_error("%s %s\n", cases[i].id, cases[i].version_id);
		assert_string_equal(distro.id, cases[i].same_id);
		assert_string_equal(distro.version, cases[i].same_version);
		/* normalising twice changes nothing */
		distro_normalise(cases[i].same_id, cases[i].same_version, &distro);
		assert_string_equal(distro.id, cases[i].same_id);
		assert_string_equal(distro.version, cases[i].same_version);
	}
}

static void half_a_name_is_none(void **state)
{
	char name[DISTRO_NAME_SIZE + 1];
	struct distro distro;

	memset(name, 'a', sizeof(name));
	name[DISTRO_NAME_SIZE - 1] = '\0';
	distro_normalise(name, name, &distro);
	assert_string_equal(distro.id, name);
	name[DISTRO_NAME_SIZE - 1] = 'a';
	name[DISTRO_NAME_SIZE] = '\0';
	distro_normalise(name, name, &distro);
	assert_string_equal(distro.id, "");
	assert_string_equal(distro.version, "");
	memset(name, '1', DISTRO_NAME_SIZE - 1);
	name[DISTRO_NAME_SIZE - 1] = '\0';
	distro_normalise("sles", name, &distro);
	distro_normalise("amzn", name, &distro);
	assert_string_equal(distro.version, name);
}

/* More than a version has room for; the program's options may say anything. */
#define DEBIAN_LONG "#1 SMP Debian 6.1.1-1~bpo"
#define DIGITS_64   "1234567812345678123456781234567812345678123456781234567812345678"

static void what_uname_says(void **state)
{
	static const struct {
		const char *uname_version;
		const char *id, *version; /* id NULL: nothing */
		bool native;
	} cases[] = {
		{"#64~18.04.1-Ubuntu SMP Wed Dec 9 17:11:11 UTC 2020", "ubuntu", "18.04", false},
		{"#64-Ubuntu SMP Wed Dec 9 08:16:25 UTC 2020", "ubuntu", "", true},
		{"#33~20.04.1-Ubuntu", "ubuntu", "20.04", false},
		{"#57~precise1-Ubuntu SMP Tue Jul 15 03:51:08 UTC 2014", "ubuntu", "12.04", false},
		{"#1~mine-Ubuntu SMP", "ubuntu", "", false},
		{"#1 SMP PREEMPT_DYNAMIC Debian 6.1.90-1 (2024-05-03)", "debian", "", false},
		{"#1 SMP Debian 4.19.316-1 (2024-06-25)", "debian", "", false},
		{"#1 SMP Debian 5.10.127-2~bpo10+1 (2022-07-28)", "debian", "10", false},
		{"#1 SMP PREEMPT_DYNAMIC Debian 6.12.43-1~bpo12+1 (2025-08-30)", "debian", "12",
		 false},
		{"#1 SMP Debian 5.10.218-1~deb10u1 (2024-06-09)", "debian", "10", false},
		{"#1 SMP Debian 6.1.1-1~bpo (2024-06-09)", "debian", "", false},
		{"#1 SMP Debian 6.1.1-1 by ~bpo10", "debian", "", false},
		{DEBIAN_LONG DIGITS_64 DIGITS_64, "debian", "", false},
		{"#1 SMP Thu Jan 1 -Ubuntu", NULL, NULL, false}, /* not in the first word */
		{"#1 SMP Tue Mar 9 23:15:29 UTC 2021", NULL, NULL, false},
		{"-Ubuntu", "ubuntu", "", true},
		{"Ubuntu", NULL, NULL, false},
		{"~", NULL, NULL, false},
		{"", NULL, NULL, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct distro_hint hint;
		bool said = distro_from_uname_version(cases[i].uname_version, &hint);

		assert_int_equal(said, cases[i].id != NULL);
		if (!said)
			continue;
		assert_string_equal(hint.distro.id, cases[i].id);
		assert_string_equal(hint.distro.version, cases[i].version);
		assert_int_equal(hint.native, cases[i].native);
	}
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
		cmocka_unit_test(half_a_name_is_none),
		cmocka_unit_test(what_uname_says),
		cmocka_unit_test(versions_are_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
