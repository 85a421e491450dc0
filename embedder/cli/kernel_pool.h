/* SPDX-License-Identifier: MIT */
/*
 * Does the same work on the full BTFs of many kernels, on several threads, and hands the results
 * over in the order of the list: whatever is made of them is the same for any number of threads.
 */
#ifndef COREBTF_CLI_KERNEL_POOL_H
#define COREBTF_CLI_KERNEL_POOL_H

#include "embedder/kernels/kernel_btf.h"
#include "embedder/kernels/kernel_list.h"

/* What became of one kernel. */
struct kernel_pool_result {
	const struct kernel_file *kernel;
	int error;	   /* 0, or why there is no outcome: */
	struct reason why; /* in words */
	void *outcome;	   /* from malloc, freed by the pool; NULL with an error */
};

struct kernel_pool_work {
	unsigned int jobs; /* threads, at least 1 */
	void *context;	   /* given to all of these: */

	/* The scratch memory of one thread; NULL when there is no memory. */
	void *(*thread_new)(void *context);
	void (*thread_free)(void *scratch);

	/* On any thread: makes the outcome of one kernel. 0 or a negative errno value, with @why. */
	int (*run)(void *context, void *scratch, const struct kernel_file *kernel,
		   const struct kernel_btf *full, void **ret_outcome, struct reason *why);

	/* One call at a time, in the order of the list. Not 0: no more. */
	int (*take)(void *context, const struct kernel_pool_result *result);
};

/* 0, what take() returned, or -ENOMEM. A kernel whose BTF cannot be read is a result as well. */
int kernel_pool_run(const struct kernel_list *kernels, const struct kernel_pool_work *work);

/* How many processors this process may use. */
unsigned int kernel_pool_default_jobs(void);

#endif
