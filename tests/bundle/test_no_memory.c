/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of a run fails once (the linker's --wrap puts these functions before libc's):
 * the answer is -ENOMEM and nothing is lost, which the sanitizers see.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "embedder/bundle/bundle_builder.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__real_strdup(const char *string);
void *__real_tsearch(const void *key, void **root, int (*compare)(const void *, const void *));
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *string);
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

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
	return is_denied() ? NULL : __real_reallocarray(memory, count, size);
}

char *__wrap_strdup(const char *string)
{
	return is_denied() ? NULL : __real_strdup(string);
}

void *__wrap_tsearch(const void *key, void **root, int (*compare)(const void *, const void *))
{
	return is_denied() ? NULL : __real_tsearch(key, root, compare);
}

/* 70 claims for 35 kernels, an object, and a layout. The first error, or 0. */
static int run(void)
{
	const struct bundle_layout_opts opts = { .compression = BUNDLE_COMPRESSION_XZ };
	struct bundle_builder *builder = bundle_builder_new();
	struct reason why = { "" };
	char btf[300] = "";
	void *bundle = NULL;
	size_t size;
	int err = builder ? 0 : -ENOMEM;

	for (int i = 0; !err && i < 70; i++) {
		char release[20];
		struct kernel_id id = { .release = release,
					.machine = "x86_64",
					.os_id = "",
					.version_id = "",
					.uname_version = "" };

		snprintf(release, sizeof(release), "6.%d", i / 2);
		btf[0] = (char)i;
		err = bundle_builder_add(builder, &id, btf, sizeof(btf), i % 2 ? "a" : "b", &why);
		if (err == -EEXIST)
			err = 0;
		if (err)
			assert_string_equal(why.text, "out of memory");
	}
	if (!err)
		err = bundle_builder_add_object(builder, "exec.bpf.o", 1, 2);
	if (!err)
		err = bundle_builder_layout(builder, &opts, &bundle, &size, &why);
	assert_int_equal(!err, bundle != NULL);
	free(bundle);
	bundle_builder_free(builder);
	return err;
}

static void test_each_allocation(void **state)
{
	long denied = 0;

	for (;; denied++) {
		int err;

		allocations_left = denied;
		err = run();
		if (allocations_left >= 0)
			break; /* none was left to fail */
		assert_int_equal(err, -ENOMEM);
	}
	allocations_left = -1;
	assert_true(denied > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
