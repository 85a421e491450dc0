// SPDX-License-Identifier: MIT
/*
 * Every thread, the calling one too, takes the next kernel of the list until there is none. A
 * result waits in its slot until all before it have been handed over; that keeps little memory
 * busy, since the full BTF is gone by then.
 */
#include "embedder/cli/kernel_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "embedder/util/cleanup.h"

struct slot {
	struct kernel_pool_result result;
	bool done;
};

struct kernel_pool {
	const struct kernel_list *kernels;
	const struct kernel_pool_work *work;
	pthread_mutex_t lock; /* of all that follows */
	struct slot *slots;   /* one for each kernel */
	size_t next;	      /* kernel to be taken */
	size_t handed_over;
	int error; /* not 0: stop */
};

static void run_kernel(struct kernel_pool *pool, void *scratch, struct kernel_pool_result *result)
{
	_cleanup_(kernel_btf_close) struct kernel_btf full = {0};

	result->error = kernel_btf_open(result->kernel->path, &full, &result->why);
	if (!result->error)
		result->error = pool->work->run(pool->work->context, scratch, result->kernel, &full,
						&result->outcome, &result->why);
}

/* With the lock held. */
static void hand_over(struct kernel_pool *pool)
{
	while (!pool->error && pool->handed_over < pool->kernels->count &&
	       pool->slots[pool->handed_over].done) {
		struct kernel_pool_result *result = &pool->slots[pool->handed_over++].result;

		pool->error = pool->work->take(pool->work->context, result);
		free(result->outcome);
		result->outcome = NULL;
	}
}

static void *run_thread(void *argument)
{
	struct kernel_pool *pool = argument;
	void *scratch = pool->work->thread_new(pool->work->context);

	pthread_mutex_lock(&pool->lock);
	if (!scratch && !pool->error)
		pool->error = -ENOMEM;
	while (!pool->error && pool->next < pool->kernels->count) {
		size_t number = pool->next++;
		struct slot *slot = &pool->slots[number];

		pthread_mutex_unlock(&pool->lock);
		slot->result.kernel = &pool->kernels->files[number];
		run_kernel(pool, scratch, &slot->result);
		pthread_mutex_lock(&pool->lock);
		slot->done = true;
		hand_over(pool);
	}
	pthread_mutex_unlock(&pool->lock);
	if (scratch)
		pool->work->thread_free(scratch);
	return NULL;
}

int kernel_pool_run(const struct kernel_list *kernels, const struct kernel_pool_work *work)
{
	size_t jobs = work->jobs < kernels->count ? work->jobs : kernels->count;
	struct kernel_pool pool = {
		.kernels = kernels,
		.work = work,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.slots = calloc(kernels->count + 1, sizeof(struct slot)),
	};
	pthread_t *threads = calloc(jobs + 1, sizeof(*threads));
	size_t started = 0;

	if (pool.slots && threads) {
		/* A thread that cannot be had only makes it slower. */
		while (started + 1 < jobs &&
		       !pthread_create(&threads[started], NULL, run_thread, &pool))
			started++;
		run_thread(&pool);
		for (size_t i = 0; i < started; i++)
			pthread_join(threads[i], NULL);
	} else {
		pool.error = -ENOMEM;
	}
	for (size_t i = 0; pool.slots && i < kernels->count; i++)
		free(pool.slots[i].result.outcome);
	free(pool.slots);
	free(threads);
	return pool.error;
}

unsigned int kernel_pool_default_jobs(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return (unsigned int)sysconf(_SC_NPROCESSORS_ONLN); /* more than fit the set */
	return CPU_COUNT(&set) > 0 ? (unsigned int)CPU_COUNT(&set) : 1;
}
