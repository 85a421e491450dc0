/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of a run fails once: the result is -ENOMEM and nothing leaks (the sanitizers
 * check that).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "embedder/bundle/bundle_builder.h"
#include "tests/support/denied_memory.h"

/* 70 claims for 35 kernels, an object, and a layout. The first error, or 0. */
static int run(const void *context)
{
	const struct bundle_layout_opts opts = {.compression = BUNDLE_COMPRESSION_XZ};
	struct bundle_builder *builder = bundle_builder_new();
	struct reason why = {""};
	char btf[300] = "";
	void *bundle = NULL;
	size_t size;
	int err = builder ? 0 : -ENOMEM;

	for (int i = 0; !err && i < 70; i++) {
		char release[20];
		struct kernel_id id = {.release = release,
				       .machine = "x86_64",
				       .os_id = "",
				       .version_id = "",
				       .uname_version = ""};

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
	struct denied_memory_counts counts = deny_each_allocation(run, NULL);

	assert_int_equal(counts.failed, counts.denied);
	assert_true(counts.denied > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
