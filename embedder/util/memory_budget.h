/* SPDX-License-Identifier: MIT */
/*
 * A limit for the large allocations of several threads together. A thread acquires the size before
 * it allocates, and waits until that much is free. Nothing is allocated here.
 */
#ifndef COREBTF_UTIL_MEMORY_BUDGET_H
#define COREBTF_UTIL_MEMORY_BUDGET_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"

/* A NULL pointer in place of a budget means no limit. */
struct memory_budget {
	uint64_t limit;
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t changed;
	uint64_t used;
	size_t holders;	  /* that hold memory */
	size_t extending; /* holders that wait for more */
};

/* @limit: in bytes. */
void memory_budget_init(struct memory_budget *budget, uint64_t limit);
void memory_budget_destroy(struct memory_budget *budget);

/* A quarter of this machine's memory, or of the cgroup's limit where that is lower. */
uint64_t memory_budget_default(void);

/*
 * Waits for @size bytes, which the caller then holds; holding 0 bytes counts as holding. Error:
 * -EFBIG more than the limit. For an estimate, pass it through memory_budget_at_most() first.
 */
int memory_budget_acquire(struct memory_budget *budget, uint64_t size, struct reason *why);

/* The smaller one of @size and the limit. */
uint64_t memory_budget_at_most(const struct memory_budget *budget, uint64_t size);

/*
 * A holder of @held bytes waits for @more. When all holders wait for more, one may pass the limit,
 * since they would wait forever. Error: -EFBIG; @held is then still held.
 */
int memory_budget_extend(struct memory_budget *budget, uint64_t held, uint64_t more,
			 struct reason *why);

/* Releases all of @held. */
void memory_budget_release(struct memory_budget *budget, uint64_t held);

#endif
