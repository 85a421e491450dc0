/* SPDX-License-Identifier: MIT */
/*
 * A neighbour's BTF: lookup.cases has the rule, here is what callers of the library see of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

static const struct made_blob letters[] = {{"A", 1, 0}, {"B", 1, 0}};
enum { A, B };

#define X86(name, letter)                                                                          \
	{                                                                                          \
		.release = name, .machine = "x86_64", .blob = letter                               \
	}

/* A kernel that has an entry gets it, also where neighbours would be allowed. */
static void exact_comes_first(void **state)
{
	static const struct made_entry of[] = {X86("5.4.0-1-generic", A), X86("5.4.0-2-generic", B),
					       X86("5.4.0-3-generic", A)};
	const struct made_bundle what = {.entries = of,
					 .entry_count = 3,
					 .blobs = letters,
					 .blob_count = 2,
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

/* Without a log nothing is surveyed for the message, and the result is the same. */
static void without_a_log(void **state)
{
	static const struct made_entry of[] = {X86("5.4.0-1-generic", A),
					       X86("5.4.0-3-generic", A)};
	const struct made_bundle what = {.entries = of,
					 .entry_count = 2,
					 .blobs = letters,
					 .blob_count = 1,
					 .block_count = 1};
	struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel), .release = "5.4.0-2-generic", .machine = "x86_64"};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf *handle;
	size_t size;
	uint8_t *bundle = make_bundle(&what, &size);

	assert_int_equal(corebtf_open_memory(bundle, size, &handle, NULL), 0);
	assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), -ENOENT);
	kernel.nearest = COREBTF_NEAREST_SURROUNDED;
	assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), 0);
	assert_string_equal(entry.release, "5.4.0-1-generic");
	kernel.release = "5.4.0-4-generic";
	assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), -ENOENT);
	corebtf_close(handle);
	free(bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_comes_first),
		cmocka_unit_test(without_a_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
