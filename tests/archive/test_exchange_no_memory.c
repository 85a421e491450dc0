/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of an export and an import fails once (the linker's --wrap puts these functions
 * before libc's): the answer is -ENOMEM, or the right one where memory was wanted for a message
 * alone; and nothing is lost, which the sanitizers see.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "embedder/tar/tar_export.h"
#include "embedder/tar/tar_import.h"
#include "tests/archive/exchange.h"
#include "tests/kernels/scratch.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__real_strdup(const char *string);
char *__real_strndup(const char *string, size_t length);
void *__real_tsearch(const void *key, void **root, int (*compare)(const void *, const void *));
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *string);
char *__wrap_strndup(const char *string, size_t length);
int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *__wrap_tsearch(const void *key, void **root, int (*compare)(const void *, const void *));

static long allocations_left = -1; /* until the one that fails; below zero: none does */

static int is_denied(void)
{
	return allocations_left >= 0 && allocations_left-- == 0;
}

void *__wrap_malloc(size_t size)
{
	return is_denied() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return is_denied() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return is_denied() ? NULL : __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
	return is_denied() ? NULL : __real_reallocarray(memory, count, size);
}

char *__wrap_strdup(const char *string)
{
	return is_denied() ? NULL : __real_strdup(string);
}

char *__wrap_strndup(const char *string, size_t length)
{
	return is_denied() ? NULL : __real_strndup(string, length);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list arguments;
	int length;

	if (is_denied())
		return -1;
	va_start(arguments, format);
	length = vasprintf(text, format, arguments);
	va_end(arguments);
	return length;
}

void *__wrap_tsearch(const void *key, void **root, int (*compare)(const void *, const void *))
{
	return is_denied() ? NULL : __real_tsearch(key, root, compare);
}

/* What is worked on, and what must come of it. */
struct work {
	void *bundle;
	size_t bundle_size;
	void *tar;
	size_t tar_size;
};

static int run_export(const struct work *work)
{
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

static int run_import(const struct work *work)
{
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

static void deny_each(const struct work *work, int (*run)(const struct work *work), long at_least)
{
	long denied = 0, failed = 0;

	for (;; denied++) {
		int err;

		allocations_left = denied;
		err = run(work);
		if (allocations_left >= 0)
			break; /* none was left to fail */
		if (err)
			assert_int_equal(err, -ENOMEM);
		failed += err != 0;
	}
	allocations_left = -1;
	assert_true(failed > at_least);
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
	deny_each(&work, run_export, 30);
	deny_each(&work, run_import, 60);
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
