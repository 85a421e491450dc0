/* SPDX-License-Identifier: MIT */
/*
 * A neighbour is used only between known kernels of the same series and flavour that all have the
 * same BTF.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

static const struct made_blob letters[] = {{"A", 1, 0}, {"B", 1, 0}, {"A", 1, 0}};
enum { A, B, A_AGAIN };

#define X86(name, letter)                                                                          \
	{                                                                                          \
		.release = name, .machine = "x86_64", .blob = letter                               \
	}

static const struct made_entry entries[] = {
	/* all equal; sorted as text -9- would be the last */
	X86("5.4.0-9-generic", A),
	X86("5.4.0-58-generic", A),
	X86("5.4.0-109-generic", A),
	X86("5.4.0-60-aws", B),
	{.release = "5.4.0-60-generic", .machine = "arm64", .blob = B},
	/* one differs, far away */
	X86("4.15.0-10-generic", A),
	X86("4.15.0-20-generic", A),
	X86("4.15.0-99-generic", B),
	/* the same bytes stored twice; minor releases */
	X86("4.18.0-305.el8.x86_64", A),
	X86("4.18.0-348.7.1.el8_5.x86_64", A_AGAIN),
	X86("4.18.0-300.el9.x86_64", B),
	/* another build of the same release */
	X86("6.1.0-5-amd64", A),
	{.release = "6.1.0-6-amd64", .machine = "x86_64", .build_id = "1", .blob = B},
	X86("6.1.0-7-amd64", A),
	X86("weird", A),
};

static const struct {
	const char *release, *machine, *neighbour; /* NULL: refused */
	const char *logged;
} cases[] = {
	{"5.4.0-60-generic", "x86_64", "5.4.0-58-generic",
	 "there are 3, nearest 5.4.0-58-generic and 5.4.0-109-generic, 0 of them with another"},
	{"5.4.0-10-generic", "x86_64", "5.4.0-9-generic", "chosen as the nearest"},
	{"5.4.0-60-generic", "i686", "5.4.0-58-generic", "chosen as the nearest"},
	/* one side is open */
	{"5.4.0-8-generic", "x86_64", NULL, "nearest 5.4.0-9-generic, 0 of them"},
	{"5.4.0-110-generic", "x86_64", NULL, "nearest 5.4.0-109-generic, 0 of them"},
	/* other flavours, machines and series do not count */
	{"5.4.0-61-aws", "x86_64", NULL, "there are 1, nearest 5.4.0-60-aws"},
	{"5.4.0-61-gcp", "x86_64", NULL, "no other kernel of its series and flavour 5.4.*-*-gcp"},
	{"5.4.0-61-generic", "arm64", NULL, "there are 1"},
	{"5.5.0-58-generic", "x86_64", NULL, "no other kernel of its series"},
	/* its neighbours agree, but not all do */
	{"4.15.0-15-generic", "x86_64", NULL,
	 "there are 3, nearest 4.15.0-10-generic and 4.15.0-20-generic, 1 of them with another"},
	{"4.18.0-305.3.1.el8_4.x86_64", "x86_64", "4.18.0-305.el8.x86_64", "chosen as the nearest"},
	{"4.18.0-301.el9.x86_64", "x86_64", NULL, "there are 1"},
	{"6.1.0-6-amd64", "x86_64", NULL, "1 of them with another BTF"},
	{"weirder", "x86_64", NULL, "its release is of no known form"},
};

static void each_neighbourhood(void **state)
{
	const struct made_bundle what = {
		.entries = entries,
		.entry_count = sizeof(entries) / sizeof(entries[0]),
		.blobs = letters,
		.blob_count = 3,
		.block_count = 1,
	};
	static struct logged logged;
	struct corebtf_open_opts opts = logged_opts(&logged);
	struct corebtf *handle;
	size_t size;
	uint8_t *bundle = make_bundle(&what, &size);

	assert_int_equal(corebtf_open_memory(bundle, size, &handle, &opts), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct corebtf_kernel_opts kernel = {
			.sz = sizeof(kernel),
			.release = cases[i].release,
			.machine = cases[i].machine,
			.build_id = "2",
			.build_id_size = 1,
		};
		struct corebtf_entry entry = {.sz = sizeof(entry)};

		/* no neighbour without the option */
		assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), -ENOENT);
		kernel.nearest = COREBTF_NEAREST_SURROUNDED;
		logged.length = 0;
		if (!cases[i].neighbour) {
			assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), -ENOENT);
		} else {
			assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), 0);
			assert_string_equal(entry.release, cases[i].neighbour);
			assert_int_equal(entry.match, COREBTF_MATCH_NEAREST);
		}
		logged.text[logged.length] = '\0';
		if (!strstr(logged.text, cases[i].logged))
			print_error("case %zu:\n%s", i, logged.text);
		assert_non_null(strstr(logged.text, cases[i].logged));
	}
	corebtf_close(handle);

	/* without a log: the same results */
	assert_int_equal(corebtf_open_memory(bundle, size, &handle, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct corebtf_kernel_opts kernel = {
			.sz = sizeof(kernel),
			.release = cases[i].release,
			.machine = cases[i].machine,
			.build_id = "2",
			.build_id_size = 1,
			.nearest = COREBTF_NEAREST_SURROUNDED,
		};
		struct corebtf_entry entry = {.sz = sizeof(entry)};

		assert_int_equal(corebtf_find_entry(handle, &kernel, &entry),
				 cases[i].neighbour ? 0 : -ENOENT);
	}
	corebtf_close(handle);
	free(bundle);
}

/* A kernel that has an entry gets it, also where neighbours would be allowed. */
static void exact_comes_first(void **state)
{
	static const struct made_entry of[] = {X86("5.4.0-1-generic", A), X86("5.4.0-2-generic", B),
					       X86("5.4.0-3-generic", A)};
	const struct made_bundle what = {.entries = of,
					 .entry_count = 3,
					 .blobs = letters,
					 .blob_count = 3,
					 .block_count = 1};
	struct corebtf_kernel_opts kernel = {.sz = sizeof(kernel),
					     .release = "5.4.0-2-generic",
					     .machine = "x86_64",
					     .nearest = COREBTF_NEAREST_SURROUNDED};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf *handle;
	size_t size;
	uint8_t *bundle = make_bundle(&what, &size);

	assert_int_equal(corebtf_open_memory(bundle, size, &handle, NULL), 0);
	assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), 0);
	assert_int_equal(entry.match, COREBTF_MATCH_RELEASE);
	assert_string_equal(entry.release, "5.4.0-2-generic");
	kernel.nearest = 2;
	assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), -EINVAL);
	corebtf_close(handle);
	free(bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_neighbourhood),
		cmocka_unit_test(exact_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
