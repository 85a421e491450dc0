/* SPDX-License-Identifier: MIT */
/*
 * Series, flavour and order of kernel releases, with names as distributions give them.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/release.h"
#include "tests/support/runtime_support.h"

static void series_and_flavour(void **state)
{
	static const struct {
		const char *release, *pattern; /* NULL: not understood */
	} cases[] = {
		{"5.4.0-58-generic", "5.4.*-*-generic"},
		{"5.4.0-1032-aws", "5.4.*-*-aws"},
		{"6.1.0-47-cloud-amd64", "6.1.*-*-cloud-amd64"},
		{"6.1.0-47-686-pae", "6.1.*-*-686-pae"},
		{"6.1.0-47-686", "6.1.*-*-686"},
		{"6.12.43+deb12-cloud-amd64", "6.12.*+deb12-cloud-amd64"},
		{"6.1.0-0.deb11.5-amd64", "6.1.*-*.deb11.*-amd64"},
		{"7.2.13+deb14-powerpc64le-64k", "7.2.*+deb14-powerpc64le-64k"},
		{"4.18.0-305.el8.x86_64", "4.18.*-*.el8.x86_64"},
		{"4.18.0-305.3.1.el8_4.x86_64", "4.18.*-*.el8.x86_64"},
		{"4.18.0-553.22.1.el8_10.x86_64", "4.18.*-*.el8.x86_64"},
		{"5.14.0-70.13.1.el9_0.x86_64", "5.14.*-*.el9.x86_64"},
		{"4.18.0-486.el8.x86_64", "4.18.*-*.el8.x86_64"},
		{"3.10.0-1160.el7.x86_64", "3.10.*-*.el7.x86_64"},
		{"5.4.17-2136.301.1.el8uek.x86_64", "5.4.*-*.el8uek.x86_64"},
		{"4.14.355-275.570.amzn2.x86_64", "4.14.*-*.amzn2.x86_64"},
		{"6.1.102-108.177.amzn2023.x86_64", "6.1.*-*.amzn2023.x86_64"},
		{"5.14.10-300.fc35.x86_64", "5.14.*-*.fc35.x86_64"},
		{"5.3.18-150300.59.87-default", "5.3.*-*-default"},
		{"6.6.1-arch1-1", "6.6.*-arch1-1"},
		{"5.15.133+", "5.15.*+"},
		{"6.1.0-rc3", "6.1.*-rc3"},
		{"6.1", "6.1"},
		{"6", NULL},
		{"", NULL},
		{"generic-5.4", NULL},
		{"6.x.1", NULL},
		{"6.1.1234567890123456789", NULL},
		{"1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17", NULL},
	};
	char longest[2 * RELEASE_PATTERN_SIZE] = "6.1-";
	struct release release;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool understood = release_read(cases[i].release, &release);

		if (understood != (cases[i].pattern != NULL))
			print_error("%s\n", cases[i].release);
		assert_int_equal(understood, cases[i].pattern != NULL);
		if (understood)
			assert_string_equal(release.pattern, cases[i].pattern);
	}
	for (size_t size = 4; size < sizeof(longest) - 1; size++) {
		longest[size] = 'x';
		longest[size + 1] = '\0';
		assert_int_equal(release_read(longest, &release), size + 1 < RELEASE_PATTERN_SIZE);
	}
}

/* Of one pattern each, from the oldest to the newest. */
static void version_order(void **state)
{
	static const char *const rows[][4] = {
		{"5.4.0-9-generic", "5.4.0-10-generic", "5.4.0-58-generic", "5.4.0-109-generic"},
		{"6.12.9+deb13-amd64", "6.12.43+deb13-amd64", "6.12.107+deb13-amd64",
		 "6.12.117+deb13-amd64"},
		{"4.18.0-305.el8.x86_64", "4.18.0-305.3.1.el8_4.x86_64",
		 "4.18.0-305.10.2.el8_4.x86_64", "4.18.0-348.el8.x86_64"},
		{"4.14.9-100.1.amzn2.x86_64", "4.14.10-99.5.amzn2.x86_64",
		 "4.14.355-275.570.amzn2.x86_64", "4.14.355-275.1000.amzn2.x86_64"},
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
		for (size_t i = 0; i < 4; i++)
			for (size_t j = 0; j < 4; j++) {
				struct release a, b;
				int order;

				assert_true(release_read(rows[row][i], &a));
				assert_true(release_read(rows[row][j], &b));
				assert_string_equal(a.pattern, b.pattern);
				order = release_compare(&a, &b);
				assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(series_and_flavour),
		cmocka_unit_test(version_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
