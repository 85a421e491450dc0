/* SPDX-License-Identifier: MIT */
/*
 * Threads that share a budget: never more than the limit is held, and all of them come to an end.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "embedder/util/memory_budget.h"

#define LIMIT	100
#define THREADS 6
#define ROUNDS	2000

struct shared {
	struct memory_budget budget;
	atomic_uint held;
	atomic_bool exceeded;
	unsigned int most; /* that may be held at a time */
	pthread_barrier_t barrier;
};

static void note(struct shared *shared, int change)
{
	unsigned int held =
		atomic_fetch_add(&shared->held, (unsigned int)change) + (unsigned int)change;

	if (held > shared->most)
		atomic_store(&shared->exceeded, true);
}

static void *acquire_and_release(void *context)
{
	struct shared *shared = context;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned int size = (i * 7 + (unsigned int)(uintptr_t)&i / 64) % LIMIT + 1;

		if (memory_budget_acquire(&shared->budget, size, NULL))
			return context;
		note(shared, (int)size);
		sched_yield(); /* to a thread that must still wait */
		note(shared, -(int)size);
		memory_budget_release(&shared->budget, size);
	}
	return NULL;
}

static void run(struct shared *shared, size_t count, void *(*body)(void *))
{
	pthread_t threads[THREADS];

	for (size_t i = 0; i < count; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, body, shared), 0);
	for (size_t i = 0; i < count; i++) {
		void *failed = shared;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(shared->budget.used, 0);
	assert_int_equal(shared->budget.holders, 0);
	assert_int_equal(shared->budget.extending, 0);
	assert_false(shared->exceeded);
}

static void test_bounded(void **state)
{
	struct shared shared = {.most = LIMIT};

	(void)state;
	memory_budget_init(&shared.budget, LIMIT);
	run(&shared, THREADS, acquire_and_release);
	memory_budget_destroy(&shared.budget);
}

/* Both hold half and want the other half: one goes ahead, past the limit, and then the other. */
static void *extend(void *context)
{
	struct shared *shared = context;

	for (int i = 0; i < 200; i++) {
		if (memory_budget_acquire(&shared->budget, LIMIT / 2, NULL))
			return context;
		note(shared, LIMIT / 2);
		pthread_barrier_wait(&shared->barrier);
		if (memory_budget_extend(&shared->budget, LIMIT / 2, LIMIT / 2, NULL))
			return context;
		note(shared, LIMIT / 2);
		note(shared, -LIMIT);
		memory_budget_release(&shared->budget, LIMIT);
		pthread_barrier_wait(&shared->barrier);
	}
	return NULL;
}

static void test_no_deadlock(void **state)
{
	struct shared shared = {.most = LIMIT + LIMIT / 2};

	(void)state;
	memory_budget_init(&shared.budget, LIMIT);
	assert_int_equal(pthread_barrier_init(&shared.barrier, NULL, 2), 0);
	run(&shared, 2, extend);
	pthread_barrier_destroy(&shared.barrier);
	memory_budget_destroy(&shared.budget);
}

static void test_refused(void **state)
{
	struct memory_budget budget;
	struct reason why = {""};

	(void)state;
	memory_budget_init(&budget, LIMIT);
	assert_int_equal(memory_budget_acquire(&budget, LIMIT + 1, &why), -EFBIG);
	assert_non_null(strstr(why.text, "--memory"));
	assert_int_equal(memory_budget_acquire(&budget, UINT64_MAX, NULL), -EFBIG);
	assert_int_equal(memory_budget_acquire(&budget, LIMIT - 1, NULL), 0);
	assert_int_equal(memory_budget_extend(&budget, LIMIT - 1, 2, NULL), -EFBIG);
	assert_int_equal(memory_budget_extend(&budget, LIMIT - 1, UINT64_MAX, NULL), -EFBIG);
	assert_int_equal(memory_budget_extend(&budget, LIMIT - 1, 1, NULL), 0);
	assert_int_equal(budget.used, LIMIT);
	assert_int_equal(budget.holders, 1);
	memory_budget_release(&budget, LIMIT);
	assert_int_equal(budget.used, 0);
	assert_int_equal(budget.holders, 0);
	memory_budget_destroy(&budget);
	/* NULL: no limit. */
	assert_int_equal(memory_budget_acquire(NULL, UINT64_MAX, NULL), 0);
	assert_int_equal(memory_budget_at_most(NULL, 7), 7);
}

static void test_default(void **state)
{
	uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	(void)state;
	assert_true(memory_budget_default() > 0);
	assert_true(memory_budget_default() <= memory / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_no_deadlock),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
