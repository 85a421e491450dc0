/* SPDX-License-Identifier: MIT */
/*
 * Does the same work on the types of many kernels, on several threads and within a memory
 * limit. Results come in the same order for any number of threads: first the files of the list,
 * then the kernels of each source. One thread at a time reads a source; while it works on a
 * kernel, another thread reads the next one.
 */
#ifndef COREBTF_ENGINE_KERNEL_POOL_H
#define COREBTF_ENGINE_KERNEL_POOL_H

#include "embedder/engine/kernel_input.h"
#include "embedder/engine/kernel_modules.h"
#include "runtime/types/type_source.h"

/* The result for one kernel. */
struct kernel_pool_result {
	const struct kernel_file *kernel; /* its key as completed from the file; a file that could
					   * not be read has only a path, the rest is "" */
	int error;			  /* 0, or why there is no outcome */
	struct reason why;		  /* the same in words */
	struct module_notes modules;	  /* what is said of its modules */
	void *outcome;			  /* from malloc, freed by the pool; NULL with an error */
};

struct kernel_pool_work {
	unsigned int jobs;    /* threads, at least 1; fewer are started when @memory is too small */
	uint64_t memory;      /* in bytes, for full BTFs and for unpacking them */
	bool needs_all_types; /* run() goes through all types by their ids */
	/* What run() looks for: types that a kernel lacks are taken from its modules, as
	 * kernel_input.modules says. NULL: none are. */
	const struct request_set *requests;
	void *context; /* given to all of these: */

	/* The scratch memory of one thread; NULL when there is no memory. */
	void *(*thread_new)(void *context);
	void (*thread_free)(void *scratch);

	/* On any thread: makes the outcome of one kernel, whose types are closed after it. 0 or a
	 * negative errno value, with @why. */
	int (*run)(void *context, void *scratch, const struct kernel_file *kernel,
		   struct type_source *types, void **ret_outcome, struct reason *why);

	/* One call at a time, in the order above. A value other than 0 stops the run. */
	int (*take)(void *context, const struct kernel_pool_result *result);
};

/*
 * Works on all of @input. The caller has filtered the list's files by their keys; kernels in its
 * sources are filtered here (kernel_input_wants()). A kernel whose BTF cannot be read is a result
 * with an error. Progress goes to @input->events.
 * Returns 0, what take() returned, or -ENOMEM.
 */
int kernel_pool_run(struct kernel_input *input, const struct kernel_pool_work *work);

/* How many processors this process may use. */
unsigned int kernel_pool_default_jobs(void);

#endif
