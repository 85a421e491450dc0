/* SPDX-License-Identifier: MIT */
/*
 * Does the same work on the full BTFs of many kernels, on several threads and in so much memory,
 * and hands the results over in one order: whatever is made of them is the same for any number of
 * threads.
 *
 * The order is that of the files in the list, then that of its sources, each in its own order. One
 * thread at a time reads a source; while it works on what it has read, another reads on.
 */
#ifndef COREBTF_CLI_KERNEL_POOL_H
#define COREBTF_CLI_KERNEL_POOL_H

#include "embedder/cli/kernel_input.h"
#include "embedder/kernels/kernel_btf.h"

/* What became of one kernel. */
struct kernel_pool_result {
	const struct kernel_file *kernel; /* with all that its own file says of it; of what could
					   * not be read at all only the path, the rest being "" */
	int error;			  /* 0, or why there is no outcome: */
	struct reason why;		  /* in words */
	void *outcome;			  /* from malloc, freed by the pool; NULL with an error */
};

struct kernel_pool_work {
	unsigned int jobs; /* threads, at least 1; fewer are started when @memory is not for all */
	uint64_t memory;   /* for full BTFs and what unpacking them takes, in bytes */
	void *context;	   /* given to all of these: */

	/* The scratch memory of one thread; NULL when there is no memory. */
	void *(*thread_new)(void *context);
	void (*thread_free)(void *scratch);

	/* On any thread: makes the outcome of one kernel. 0 or a negative errno value, with @why.
	 */
	int (*run)(void *context, void *scratch, const struct kernel_file *kernel,
		   const struct kernel_btf *full, void **ret_outcome, struct reason *why);

	/* One call at a time, in the order above. Not 0: no more. */
	int (*take)(void *context, const struct kernel_pool_result *result);
};

/*
 * Works on all of @input, which is filtered already as far as the keys of its files go; those of
 * the kernels in its sources are asked for here. A kernel whose BTF cannot be read is a result as
 * well. 0, what take() returned, or -ENOMEM.
 */
int kernel_pool_run(struct kernel_input *input, const struct kernel_pool_work *work);

/* How many processors this process may use. */
unsigned int kernel_pool_default_jobs(void);

#endif
