/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of an export and an import fails once: the result is -ENOMEM, or the right one
 * when the memory was for a message; nothing leaks (the sanitizers check that).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "embedder/tar/tar_export.h"
#include "embedder/tar/tar_import.h"
#include "tests/embedder/tar/exchange.h"
#include "tests/support/scratch.h"
#include "tests/support/denied_memory.h"

/* The input and the expected output. */
struct work {
	void *bundle;
	size_t bundle_size;
	void *tar;
	size_t tar_size;
};

static int run_export(const void *context)
{
	const struct work *work = context;
	const struct tar_export_opts opts = {.package_json = "{}", .package_json_size = 2};
	struct tar_export_counts counts;
	struct reason why = {""};
	void *tar = NULL;
	size_t size = 0;
	int err = tar_export(work->bundle, work->bundle_size, &opts, &tar, &size, &counts, &why);

	if (!err) {
		assert_int_equal(size, work->tar_size);
		assert_memory_equal(tar, work->tar, size);
	} else {
		assert_null(tar);
	}
	free(tar);
	return err;
}

static int run_import(const void *context)
{
	const struct work *work = context;
	const struct tar_import_opts opts = {.machine = NULL};
	struct tar_import_result result = {0};
	struct reason why = {""};
	int err = tar_import("work.tar", &opts, &result, &why);

	if (!err) {
		assert_int_equal(result.bundle_size, work->bundle_size);
		assert_memory_equal(result.bundle, work->bundle, work->bundle_size);
	} else {
		assert_null(result.bundle);
	}
	tar_import_free(&result);
	return err;
}

static void test_each_allocation(void **state)
{
	static const struct made_kernel kernels[] = {
		{"debian", "12", "x86_64", "6.1", "#2", .btf = "two"},
		{"debian", "12", "x86_64", "6.1", "#1", .btf = "one"},
		{"debian", "12", "arm64", "6.1", .build_id = "id", .btf = "two"},
		{"", "", "vax", "6.2", .btf = "three"},
		{0},
	};
	const struct tar_export_opts opts = {.package_json = "{}", .package_json_size = 2};
	struct tar_export_counts counts;
	struct work work = {0};
	struct reason why;

	(void)state;
	work.bundle =
		make_bundle_of(kernels, true, false, BUNDLE_COMPRESSION_XZ, &work.bundle_size);
	assert_int_equal(tar_export(work.bundle, work.bundle_size, &opts, &work.tar, &work.tar_size,
				    &counts, &why),
			 0);
	scratch_write("work.tar", work.tar, work.tar_size);
	assert_true(deny_each_allocation(run_export, &work).failed > 30);
	assert_true(deny_each_allocation(run_import, &work).failed > 60);
	free(work.bundle);
	free(work.tar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_allocation, scratch_enter, scratch_leave),
	};

	return cmocka_run_group_tests_name("exchange without memory", tests, NULL, NULL);
}
