/* SPDX-License-Identifier: MIT */
/*
 * The main run of the engine: objects and kernels in, a bundle of trimmed BTFs out.
 *
 *	trimming_init(), object_input_add_all(), kernel_input_add() and its filters,
 *	trimming_run(), trimming_layout(), trimming_free()
 *
 * A kernel that cannot be used is reported, counted in kernels.failures and left out.
 */
#ifndef COREBTF_ENGINE_TRIMMING_H
#define COREBTF_ENGINE_TRIMMING_H

#include <corebtf.h>

#include "embedder/bundle/bundle_builder.h"
#include "embedder/bundle/bundle_layout.h"
#include "embedder/engine/kernel_input.h"
#include "embedder/engine/object_input.h"
#include "embedder/matrix/matrix.h"
#include "embedder/trim/trimmer.h"

struct trimming {
	const struct engine_events *events;
	struct object_input objects;
	struct kernel_input kernels;
	struct bundle_builder *builder;
	/* The verdict on each relocation on each kernel in the bundle, in the order in which
	 * they were trimmed. Kept if asked for before the run, or if @events wants details. */
	bool keep_matrix;
	struct matrix matrix;
	size_t trimmed;		   /* kernels that are in the bundle */
	bool has_order[2];	   /* whether some of them are little-endian, and big-endian */
	size_t unresolved;	   /* relocations, summed over all kernels */
	size_t unresolved_kernels; /* kernels that have some */
};

/* 0 or -ENOMEM. @events: NULL, or outlives the run. */
int trimming_init(struct trimming *trimming, const struct engine_events *events);
void trimming_free(struct trimming *trimming); /* for _cleanup_; one that is all zero is fine */

/*
 * Trims one kernel. @types: may have types of modules. Errors: those of trimmer_run(); -EOPNOTSUPP
 * one BTF cannot give the answers that the kernel's and the modules' give.
 */
int trimming_trim(struct trimmer *trimmer, const struct request_set *requests,
		  struct type_source *types, struct trim_result *ret_result, struct reason *why);

/*
 * Trims all kernels for the objects. @jobs, @memory: as in struct kernel_pool_work.
 * Errors: -ENOENT none could be used; -ENOMEM.
 */
int trimming_run(struct trimming *trimming, unsigned int jobs, uint64_t memory);

/*
 * The bundle of what was trimmed, read back and checked with the runtime's own reader.
 * @ret_bundle: malloc'd. @ret_summary: its sz must be set.
 */
int trimming_layout(struct trimming *trimming, const struct bundle_layout_opts *opts,
		    void **ret_bundle, size_t *ret_size, struct corebtf_summary *ret_summary,
		    struct reason *why);

#endif
