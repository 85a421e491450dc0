/* SPDX-License-Identifier: MIT */
/*
 * The engine's second run: a bundle, objects and full kernel BTFs in; out comes whether each
 * relocation has the same answer on the bundle's trimmed BTFs as on the full ones.
 *
 *	verification_init(), object_input_add_all(), verification_read_bundle(),
 *	kernel_input_add() and its filters, verification_run(), verification_free()
 */
#ifndef COREBTF_ENGINE_VERIFICATION_H
#define COREBTF_ENGINE_VERIFICATION_H

#include <stddef.h>
#include <stdint.h>

#include <corebtf.h>

#include "embedder/engine/kernel_input.h"
#include "embedder/engine/object_input.h"
#include "embedder/matrix/matrix.h"

/* So many differences are reported as failures; the others are details, and counted. */
#define VERIFICATION_LISTED 20

struct verification {
	struct matrix matrix; /* of the full types, by the kernels that the bundle has */
	const struct engine_events *events;
	struct object_input objects;
	struct kernel_input kernels;
	void *bundle;
	size_t bundle_size;
	size_t same, differing, absent; /* kernels; absent ones are not in the bundle */
	size_t differences;		/* relocations, summed over all kernels */
	size_t listed;			/* of these, reported as failures */
};

/* 0 or -ENOMEM. @events: NULL, or outlives the run. */
int verification_init(struct verification *verification, const struct engine_events *events);
void verification_free(struct verification *verification); /* one that is all zero is fine */

/*
 * Reads and checks the bundle that @path is or carries. A note names each object that the bundle
 * was not made for: equal answers are then a coincidence. @ret_summary: its sz must be set. A
 * failure is reported.
 */
int verification_read_bundle(struct verification *verification, const char *path,
			     struct corebtf_summary *ret_summary);

/* Reports relocations that differ as failures of their kernels. @jobs, @memory: as in struct
 * kernel_pool_work. Errors: -ENOENT no kernel could be read; -ENOMEM. */
int verification_run(struct verification *verification, unsigned int jobs, uint64_t memory);

#endif
