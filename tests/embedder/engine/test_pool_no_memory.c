/* SPDX-License-Identifier: MIT */
/*
 * The pool when memory runs out anywhere: an error of one kernel or of the whole run, and nothing
 * leaks.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "embedder/engine/kernel_pool.h"
#include "embedder/util/cleanup.h"
#include "tests/embedder/engine/pool_fixture.h"
#include "tests/support/denied_memory.h"

struct counts {
	size_t taken, failed;
};

static void *new_scratch(void *context)
{
	(void)context;
	return malloc(1);
}

static int run_one(void *context, void *scratch, const struct kernel_file *kernel,
		   struct type_source *types, void **ret_outcome, struct reason *why)
{
	(void)context;
	(void)scratch;
	(void)kernel;
	*ret_outcome = strdup(types->view.strings + 1);
	return *ret_outcome ? 0 : reason_errno(why, -ENOMEM, "cannot keep it");
}

static int take(void *context, const struct kernel_pool_result *result)
{
	struct counts *counts = context;

	counts->taken++;
	counts->failed += result->error != 0;
	return 0;
}

static int run_pool(const void *context)
{
	_cleanup_(kernel_input_free) struct kernel_input input;
	struct counts counts = {0};
	struct kernel_pool_work work = {
		.jobs = 1,
		.memory = UINT64_C(1) << 30,
		.context = &counts,
		.thread_new = new_scratch,
		.thread_free = free,
		.run = run_one,
		.take = take,
	};
	int err;

	(void)context;
	kernel_input_init(&input, NULL);
	kernel_input_add(&input, "files", NULL);
	kernel_input_add(&input, "a.tar", NULL);
	if (input.failures)
		return -ENOMEM;
	err = kernel_pool_run(&input, &work);
	if (err)
		return err;
	if (counts.failed)
		return -ENOMEM;
	assert_int_equal(counts.taken, 5);
	return 0;
}

static void test_no_memory(void **state)
{
	struct denied_memory_counts counts;

	(void)state;
	fixture_write_file("5.1");
	fixture_write_file("5.2");
	fixture_write_archive("a.tar", "6.1", 3, 0);
	counts = deny_each_allocation(run_pool, NULL);
	assert_true(counts.denied >= 30);
	assert_true(counts.failed >= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_no_memory, scratch_enter, scratch_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
