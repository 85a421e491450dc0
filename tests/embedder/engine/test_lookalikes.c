/* SPDX-License-Identifier: MIT */
/*
 * Which kernels of one release and machine a lookup may be unable to tell apart: pairs of entries,
 * in a bundle and in a tar.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/engine/lookalikes.h"
#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

#define ID_1 "11111111111111111111"
#define ID_2 "22222222222222222222"

enum { A, B, SAME_AS_B, BLOBS };

static const struct made_blob blobs[BLOBS] = {{"A", 1, 0}, {"B", 1, 0}, {"B", 1, 0}};

/* The releases of found.first and found.second, which belong to the bundle. */
static char first_release[16], second_release[16];

static size_t find(const struct made_entry *entries, uint32_t count, bool in_tar,
		   struct lookalikes *ret_found)
{
	const struct made_bundle what = {
		.entries = entries,
		.entry_count = count,
		.blobs = blobs,
		.blob_count = BLOBS,
		.block_count = 1,
	};
	size_t size;
	uint8_t *bundle = make_bundle(&what, &size);
	struct corebtf *corebtf;

	assert_int_equal(corebtf_open_memory(bundle, size, &corebtf, NULL), 0);
	memset(ret_found, 0, sizeof(*ret_found));
	assert_int_equal(lookalikes_find(corebtf, in_tar, ret_found), 0);
	if (ret_found->count) {
		snprintf(first_release, sizeof(first_release), "%s", ret_found->first.release);
		snprintf(second_release, sizeof(second_release), "%s", ret_found->second.release);
	}
	corebtf_close(corebtf);
	free(bundle);
	return ret_found->count;
}

static void test_pairs(void **state)
{
	static const struct {
		struct made_entry entries[2]; /* release and machine are filled in */
		bool in_bundle, in_tar;	      /* look alike there */
	} cases[] = {
		{{{.blob = A}, {.blob = B}}, true, true},
		{{{.blob = A}, {.os_id = "fedora", .blob = A}}, false, false},
		{{{.os_id = "ol", .blob = B}, {.os_id = "fedora", .blob = SAME_AS_B}},
		 false,
		 false},
		{{{.os_id = "ol", .blob = A}, {.os_id = "fedora", .blob = B}}, true, true},
		/* build-ids: one is enough */
		{{{.build_id = ID_1, .blob = A}, {.build_id = ID_2, .blob = B}}, false, true},
		{{{.build_id = ID_1, .blob = A}, {.blob = B}}, false, true},
		{{{.build_id = ID_1, .blob = A}, {.build_id = ID_1, .blob = B}}, true, true},
		{{{.uname_version = "#1 SMP", .blob = A}, {.uname_version = "#2 SMP", .blob = B}},
		 false,
		 true},
		{{{.uname_version = "#1 SMP", .blob = A}, {.uname_version = "#1 SMP", .blob = B}},
		 true,
		 true},
		/* uname -v names Ubuntu with its version, and Debian */
		{{{.os_id = "ubuntu", .version_id = "18.04", .blob = A},
		  {.os_id = "ubuntu", .version_id = "20.04", .blob = B}},
		 false,
		 false},
		{{{.os_id = "ubuntu", .version_id = "focal", .blob = A},
		  {.os_id = "ubuntu", .version_id = "20.04", .blob = B}},
		 true,
		 true},
		{{{.os_id = "ubuntu", .blob = A},
		  {.os_id = "ubuntu", .version_id = "20.04", .blob = B}},
		 true,
		 true},
		{{{.os_id = "ubuntu", .blob = A}, {.os_id = "debian", .blob = B}}, false, false},
		{{{.os_id = "Ubuntu", .blob = A}, {.os_id = "debian", .blob = B}}, false, false},
		{{{.os_id = "ubuntu", .blob = A}, {.os_id = "fedora", .blob = B}}, true, true},
		{{{.os_id = "debian", .version_id = "11", .blob = A},
		  {.os_id = "debian", .version_id = "12", .blob = B}},
		 true,
		 true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int order = 0; order < 2; order++) {
			struct made_entry entries[2] = {cases[i].entries[order],
							cases[i].entries[!order]};
			struct lookalikes found;

			for (size_t k = 0; k < 2; k++) {
				entries[k].release = "6.1.0";
				entries[k].machine = "x86_64";
			}
			if (find(entries, 2, false, &found) != cases[i].in_bundle ||
			    find(entries, 2, true, &found) != cases[i].in_tar)
				fail_msg("case %zu, order %d", i, order);
			entries[1].machine = "arm64";
			assert_int_equal(find(entries, 2, true, &found), 0);
			entries[1].machine = "x86_64";
			entries[1].release = "6.1.1";
			assert_int_equal(find(entries, 2, true, &found), 0);
		}
	}
}

/* Each release counts once, and the first one is the example. */
static void test_count(void **state)
{
	static const struct made_entry entries[] = {
		{.release = "6.2", .machine = "x86_64", .os_id = "a", .blob = A},
		{.release = "6.1", .machine = "x86_64", .os_id = "d", .blob = A},
		{.release = "6.2", .machine = "arm64", .os_id = "aa", .blob = A},
		{.release = "6.1", .machine = "x86_64", .os_id = "c", .blob = B},
		{.release = "6.2", .machine = "x86_64", .os_id = "b", .blob = B},
		{.release = "6.1", .machine = "x86_64", .os_id = "b", .blob = A},
		{.release = "6.2", .machine = "arm64", .os_id = "bb", .blob = B},
		{.release = "6.3", .machine = "x86_64", .os_id = "f", .blob = B},
	};
	struct lookalikes found;

	assert_int_equal(find(entries, sizeof(entries) / sizeof(entries[0]), false, &found), 3);
	assert_string_equal(first_release, "6.1");
	assert_string_equal(second_release, "6.1");
	assert_int_equal(find(entries, 0, false, &found), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
