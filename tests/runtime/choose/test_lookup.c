/* SPDX-License-Identifier: MIT */
/*
 * What a lookup gives beside the entry, which lookup.cases has. Every blob is one letter.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/btf_id.h"
#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

static const struct made_blob letters[] = {
	{"A", 1, 0}, {"B", 1, 0}, {"C", 1, 0}, {"D", 1, 0}, {"E", 1, 0}, {"F", 1, 0},
};
enum { A, B, C, D, E, F };

static struct corebtf *open_entries(const struct made_entry *entries, uint32_t count,
				    bool big_endian, uint8_t **bundle, struct logged *logged)
{
	const struct made_bundle what = {
		.big_endian = big_endian,
		.entries = entries,
		.entry_count = count,
		.blobs = letters,
		.blob_count = 6,
		.block_count = 1,
	};
	struct corebtf_open_opts opts = logged_opts(logged);
	struct corebtf *handle;
	size_t size;

	*bundle = make_bundle(&what, &size);
	assert_int_equal(corebtf_open_memory(*bundle, size, &handle, &opts), 0);
	return handle;
}

/* The letter found, or 0; *@entry is filled in. */
static char find(struct corebtf *handle, const struct corebtf_kernel_opts *kernel,
		 struct corebtf_entry *entry)
{
	struct corebtf_kernel_opts opts = *kernel;
	const void *btf;
	size_t size;
	int err;

	opts.sz = sizeof(opts);
	opts.build_id_size = opts.build_id ? strlen(opts.build_id) : 0;
	memset(entry, 0, sizeof(*entry));
	entry->sz = sizeof(*entry);
	err = corebtf_find_entry(handle, &opts, entry);
	if (err == -ENOTUNIQ) {
		opts.ambiguous = COREBTF_AMBIGUOUS_FIRST;
		err = corebtf_find_entry(handle, &opts, entry);
		assert_int_equal(entry->ambiguous, 1);
	} else {
		assert_int_equal(entry->ambiguous, 0);
	}
	if (err) {
		assert_int_equal(err, -ENOENT);
		return 0;
	}
	assert_int_equal(corebtf_entry_btf(handle, entry, &btf, &size), 0);
	assert_int_equal(size, 1);
	return *(const char *)btf;
}

/* Two bundles in a row: the best rank wins, and of equal ranks the earlier bundle. */
static void over_several_bundles(void **state)
{
	static const struct made_entry first[] = {
		{.release = "r", .machine = "x86_64", .blob = A},
		{.release = "same", .machine = "x86_64", .blob = A},
		{.release = "tie", .machine = "x86_64", .os_id = "debian", .blob = B},
	};
	static const struct made_entry second[] = {
		{.release = "r", .machine = "x86_64", .os_id = "debian", .blob = C},
		{.release = "same", .machine = "x86_64", .blob = A},
		{.release = "tie", .machine = "x86_64", .os_id = "debian", .blob = D},
		{.release = "only here", .machine = "x86_64", .blob = E},
	};
	const struct made_bundle whats[] = {
		{.entries = first,
		 .entry_count = 3,
		 .blobs = letters,
		 .blob_count = 6,
		 .block_count = 1},
		{.entries = second,
		 .entry_count = 4,
		 .blobs = letters,
		 .blob_count = 6,
		 .block_count = 1,
		 .big_endian = true,
		 .xz = true},
	};
	size_t size_1, size_2;
	uint8_t *bundle_1 = make_bundle(&whats[0], &size_1);
	uint8_t *bundle_2 = make_bundle(&whats[1], &size_2);
	uint8_t *row = malloc(size_1 + size_2);
	struct corebtf_entry entry;
	struct corebtf *handle;
#define KERNEL(name)                                                                               \
	(&(struct corebtf_kernel_opts){.release = name, .machine = "x86_64", .os_id = "debian"})

	memcpy(row, bundle_1, size_1);
	memcpy(row + size_1, bundle_2, size_2);
	assert_int_equal(corebtf_open_memory(row, size_1 + size_2, &handle, NULL), 0);
	assert_int_equal(find(handle, KERNEL("r"), &entry), 'C');
	assert_int_equal(btf_id_bundle(entry.btf_id), 1);
	assert_int_equal(entry.ambiguous, 0);
	assert_int_equal(find(handle, KERNEL("tie"), &entry), 'B');
	assert_int_equal(btf_id_bundle(entry.btf_id), 0);
	assert_int_equal(entry.ambiguous, 1);
	assert_int_equal(find(handle, KERNEL("same"), &entry), 'A');
	assert_int_equal(btf_id_bundle(entry.btf_id), 0);
	assert_int_equal(entry.ambiguous, 0);
	assert_int_equal(find(handle, KERNEL("only here"), &entry), 'E');
	assert_int_equal(find(handle, KERNEL("nowhere"), &entry), 0);
#undef KERNEL
	corebtf_close(handle);
	free(row);
	free(bundle_1);
	free(bundle_2);
}

static void log_of_a_miss(void **state)
{
	static const struct made_entry entries[] = {
		{.release = "5.4.0-58-generic", .machine = "x86_64", .blob = A},
		{.release = "5.4.0-59-generic", .machine = "x86_64", .blob = A},
		{.release = "5.4.0-59-generic", .machine = "x86_64", .os_id = "ubuntu", .blob = A},
		{.release = "4.18.0-305.el8.x86_64", .machine = "x86_64", .blob = A},
		{.release = "3.10.0-1160.el7.x86_64", .machine = "x86_64", .blob = A},
		{.release = "5.4.0-60-generic", .machine = "arm64", .blob = A},
	};
	static struct logged logged;
	uint8_t *bundle;
	struct corebtf *handle = open_entries(entries, 6, false, &bundle, &logged);
	struct corebtf_entry entry;
	const char *last;

	assert_int_equal(find(handle,
			      &(struct corebtf_kernel_opts){.release = "5.4.0-60-generic",
							    .machine = "x86_64"},
			      &entry),
			 0);
	assert_non_null(
		strstr(logged.text, "looking for release 5.4.0-60-generic, machine x86_64"));
	assert_non_null(strstr(logged.text, "is there, but for machine arm64"));
	logged.text[logged.length - 1] = '\0';
	last = strrchr(logged.text, '\n') + 1;
	assert_non_null(strstr(last, "memory: no BTF for release 5.4.0-60-generic"));
	assert_non_null(strstr(last, "5 of 6 entries"));
	assert_non_null(strstr(last, "of its series and flavour 5.4.*-*-generic there are 3, "
				     "nearest 5.4.0-59-generic, 0 of them with another BTF"));
	corebtf_close(handle);
	free(bundle);
}

/* Names from a file must not break lines or contain control characters. */
static void control_characters_stay_out_of_the_log(void **state)
{
	static const struct made_entry entries[] = {
		{.release = "r", .machine = "x86_64", .os_id = "a\nb\x1b[2J", .blob = A},
	};
	static struct logged logged; /* its function asserts that no line has a newline */
	uint8_t *bundle;
	struct corebtf *handle = open_entries(entries, 1, false, &bundle, &logged);
	struct corebtf_entry entry;

	assert_int_equal(find(handle, &(struct corebtf_kernel_opts){.release = "r"}, &entry), 'A');
	assert_non_null(strstr(logged.text, "a?b?[2J"));
	corebtf_close(handle);
	free(bundle);
}

static void wrong_arguments(void **state)
{
	static const struct made_entry entries[] = {
		{.release = "r", .machine = "x86_64", .blob = A},
	};
	static struct logged logged;
	uint8_t *bundle;
	struct corebtf *handle = open_entries(entries, 1, false, &bundle, &logged);
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf_kernel_opts opts = {.sz = sizeof(opts), .release = "r", .build_id_size = 20};

	assert_int_equal(corebtf_find_entry(handle, &opts, &entry), -EINVAL);
	opts.sz = 0;
	assert_int_equal(corebtf_find_entry(handle, &opts, &entry), -EINVAL);
	opts = (struct corebtf_kernel_opts){.sz = sizeof(opts), .release = "r"};
	assert_int_equal(corebtf_find_entry(handle, &opts, &entry), 0);
	opts.ambiguous = 9;
	assert_int_equal(corebtf_find_entry(handle, &opts, &entry), -EINVAL);
	assert_non_null(strstr(logged.text, "no policy for ambiguous BTFs has the number 9"));
	assert_int_equal(corebtf_find_entry(NULL, NULL, &entry), -EINVAL);
	assert_int_equal(corebtf_find_entry(handle, NULL, NULL), -EINVAL);
	corebtf_close(handle);
	free(bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(over_several_bundles),
		cmocka_unit_test(log_of_a_miss),
		cmocka_unit_test(control_characters_stay_out_of_the_log),
		cmocka_unit_test(wrong_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
