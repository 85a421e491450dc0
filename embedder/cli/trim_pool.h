/* SPDX-License-Identifier: MIT */
/*
 * Trims the BTFs of many kernels on several threads, each with a trimmer of its own, and hands the
 * results over in the order of the list: whatever is done with them is the same for any number
 * of threads.
 */
#ifndef COREBTF_CLI_TRIM_POOL_H
#define COREBTF_CLI_TRIM_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/kernels/kernel_list.h"
#include "embedder/trim/trimmer.h"

struct trim_pool_result {
	const struct kernel_file *kernel;
	int error;	   /* 0, or why there is no BTF: */
	struct reason why; /* in words */
	void *memory;	   /* the trimmed BTF, then the outcomes */
	const void *btf;
	size_t size;
	uint32_t missing, ambiguous, failed; /* requests, by outcome (trimmer.h) */
	const uint8_t *outcomes;	     /* NULL unless asked for */
};

/* Takes one result, which is borrowed. One call at a time, on any thread. Not 0: no more. */
typedef int (*trim_pool_take_fn)(void *context, const struct trim_pool_result *result);

struct trim_pool_opts {
	unsigned int jobs; /* at least 1 */
	bool outcomes;	   /* keep them for each kernel */
	trim_pool_take_fn take;
	void *context;
};

/* 0, what @take returned, or -ENOMEM. */
int trim_pool_run(const struct request_set *requests, const struct kernel_list *kernels,
		  const struct trim_pool_opts *opts);

/* How many processors this process may use. */
unsigned int trim_pool_default_jobs(void);

#endif
