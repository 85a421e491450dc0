/* SPDX-License-Identifier: MIT */
/*
 * How much memory several threads may use together for large things. Each says how much before it
 * takes it, and waits until that is free. Nothing is allocated here.
 */
#ifndef COREBTF_UTIL_MEMORY_BUDGET_H
#define COREBTF_UTIL_MEMORY_BUDGET_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/util/reason.h"

/* memory_budget_init() and _destroy(). A NULL pointer in place of a budget is one without a limit.
 */
struct memory_budget {
	uint64_t limit;
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t changed;
	uint64_t used;
	size_t holders;	  /* that hold some of it */
	size_t extending; /* holders that wait for more */
};

/* @limit: in bytes. */
void memory_budget_init(struct memory_budget *budget, uint64_t limit);
void memory_budget_destroy(struct memory_budget *budget);

/* What a quarter of this machine's memory is, or of the cgroup's limit where that is lower. */
uint64_t memory_budget_default(void);

/*
 * Waits for @size bytes; 0 bytes are held as well. Error: -EFBIG more than the limit. What is only
 * an estimate is not to be refused: memory_budget_at_most().
 */
int memory_budget_acquire(struct memory_budget *budget, uint64_t size, struct reason *why);

/* The smaller one of @size and the limit. */
uint64_t memory_budget_at_most(const struct memory_budget *budget, uint64_t size);

/*
 * A holder of @held bytes waits for @more. While all holders wait for more, they would do so
 * forever: then one goes ahead of the limit. Error: -EFBIG, and @held is still held.
 */
int memory_budget_extend(struct memory_budget *budget, uint64_t held, uint64_t more,
			 struct reason *why);

/* Gives all of @held back. */
void memory_budget_release(struct memory_budget *budget, uint64_t held);

#endif
