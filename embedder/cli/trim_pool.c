// SPDX-License-Identifier: MIT
/*
 * In: requests and a list of kernels. Out: a trimmed BTF for each, in the list's order.
 *
 * Every thread, the calling one too, takes the next kernel of the list until there is none. A
 * result waits in its slot until all before it have been handed over; that keeps little memory
 * busy, since the full BTF is gone by then.
 */
#include "embedder/cli/trim_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/kernels/kernel_btf.h"
#include "embedder/util/cleanup.h"

struct slot {
	struct trim_pool_result result;
	bool done;
};

struct trim_pool {
	const struct request_set *requests;
	const struct kernel_list *kernels;
	const struct trim_pool_opts *opts;
	pthread_mutex_t lock; /* of all that follows */
	struct slot *slots;   /* one for each kernel */
	size_t next;	      /* kernel to be taken */
	size_t handed_over;
	int error; /* not 0: stop */
};

/* The trimmer's memory is used again for the next kernel. */
static int keep_result(const struct trim_result *trimmed, size_t outcome_count,
		       struct trim_pool_result *result)
{
	result->memory = malloc(trimmed->size + outcome_count);
	if (!result->memory)
		return reason_errno(&result->why, -ENOMEM, "cannot keep the trimmed BTF");
	memcpy(result->memory, trimmed->btf, trimmed->size);
	result->btf = result->memory;
	result->size = trimmed->size;
	result->missing = trimmed->missing;
	result->ambiguous = trimmed->ambiguous;
	result->failed = trimmed->failed;
	if (outcome_count) {
		uint8_t *outcomes = (uint8_t *)result->memory + trimmed->size;

		memcpy(outcomes, trimmed->outcomes, outcome_count);
		result->outcomes = outcomes;
	}
	return 0;
}

static void trim_kernel(struct trim_pool *pool, struct trimmer *trimmer,
			struct trim_pool_result *result)
{
	_cleanup_(kernel_btf_close) struct kernel_btf full = {0};
	struct trim_result trimmed = {0};
	size_t outcomes = pool->opts->outcomes ? request_set_count(pool->requests) : 0;

	result->error = kernel_btf_open(result->kernel->path, &full, &result->why);
	if (!result->error)
		result->error = trimmer_run(trimmer, full.data, full.size, &trimmed, &result->why);
	if (!result->error)
		result->error = keep_result(&trimmed, outcomes, result);
}

/* With the lock held. */
static void hand_over(struct trim_pool *pool)
{
	while (!pool->error && pool->handed_over < pool->kernels->count &&
	       pool->slots[pool->handed_over].done) {
		struct trim_pool_result *result = &pool->slots[pool->handed_over++].result;

		pool->error = pool->opts->take(pool->opts->context, result);
		free(result->memory);
		result->memory = NULL;
	}
}

static void *work(void *context)
{
	struct trim_pool *pool = context;
	struct trimmer *trimmer = trimmer_new(pool->requests);

	pthread_mutex_lock(&pool->lock);
	if (!trimmer && !pool->error)
		pool->error = -ENOMEM;
	while (!pool->error && pool->next < pool->kernels->count) {
		size_t number = pool->next++;
		struct slot *slot = &pool->slots[number];

		pthread_mutex_unlock(&pool->lock);
		slot->result.kernel = &pool->kernels->files[number];
		trim_kernel(pool, trimmer, &slot->result);
		pthread_mutex_lock(&pool->lock);
		slot->done = true;
		hand_over(pool);
	}
	pthread_mutex_unlock(&pool->lock);
	trimmer_free(trimmer);
	return NULL;
}

int trim_pool_run(const struct request_set *requests, const struct kernel_list *kernels,
		  const struct trim_pool_opts *opts)
{
	size_t jobs = opts->jobs < kernels->count ? opts->jobs : kernels->count;
	struct trim_pool pool = {
		.requests = requests,
		.kernels = kernels,
		.opts = opts,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.slots = calloc(kernels->count, sizeof(struct slot)),
	};
	pthread_t *threads = calloc(jobs + 1, sizeof(*threads));
	size_t started = 0;

	if (pool.slots && threads) {
		/* A thread that cannot be had only makes it slower. */
		while (started + 1 < jobs && !pthread_create(&threads[started], NULL, work, &pool))
			started++;
		work(&pool);
		for (size_t i = 0; i < started; i++)
			pthread_join(threads[i], NULL);
	} else {
		pool.error = -ENOMEM;
	}
	for (size_t i = 0; pool.slots && i < kernels->count; i++)
		free(pool.slots[i].result.memory);
	free(pool.slots);
	free(threads);
	return pool.error;
}

unsigned int trim_pool_default_jobs(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return (unsigned int)sysconf(_SC_NPROCESSORS_ONLN); /* more than fit the set */
	return CPU_COUNT(&set) > 0 ? (unsigned int)CPU_COUNT(&set) : 1;
}
