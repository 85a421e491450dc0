/* SPDX-License-Identifier: MIT */
/*
 * The engine's third run: objects and kernels in; out comes which program works on which kernel.
 *
 *	assessment_init(), object_input_add_mixed(), kernel_input_add() and its filters,
 *	assessment_run(), assessment_free()
 */
#ifndef COREBTF_ENGINE_ASSESSMENT_H
#define COREBTF_ENGINE_ASSESSMENT_H

#include "embedder/compat/compat.h"
#include "embedder/engine/kernel_input.h"
#include "embedder/engine/object_input.h"

struct assessment {
	const struct engine_events *events;
	struct object_input objects;
	struct kernel_input kernels;
	struct matrix matrix; /* of the kernels that could be read */
	struct compat compat;
};

/* 0 or -ENOMEM. @events: NULL, or outlives the run. */
int assessment_init(struct assessment *assessment, const struct engine_events *events);
void assessment_free(struct assessment *assessment); /* one that is all zero is fine */

/*
 * A kernel that cannot be read is reported, counted, and a kernel of the result that says why.
 * @jobs, @memory: as in struct kernel_pool_work. Errors: -ENOENT no kernel could be read; -ENOMEM.
 */
int assessment_run(struct assessment *assessment, unsigned int jobs, uint64_t memory);

#endif
