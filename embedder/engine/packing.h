/* SPDX-License-Identifier: MIT */
/*
 * Kernels in, a pack out (docs/pack-format.md).
 *
 *	packing_init(), kernel_input_add() and its filters, packing_slice(), packing_run(),
 *	packing_write(), packing_free()
 *
 * A kernel that cannot be used is reported, counted in kernels.failures and left out whole.
 */
#ifndef COREBTF_ENGINE_PACKING_H
#define COREBTF_ENGINE_PACKING_H

#include <pthread.h>

#include "embedder/engine/kernel_input.h"
#include "embedder/pack/pack.h"
#include "embedder/util/byte_buffer.h"

struct packing {
	const struct engine_events *events;
	struct kernel_input kernels;
	bool types_only; /* leave out what no CO-RE relocation can ask for */
	struct pack pack;
	uint64_t memory;      /* no more is added when the pack takes more than this */
	pthread_mutex_t lock; /* of the pack */
};

/* 0 or -ENOMEM. @events: NULL, or outlives the run. */
int packing_init(struct packing *packing, const struct engine_events *events);
void packing_free(struct packing *packing); /* for _cleanup_; one that is all zero is fine */

/*
 * Keeps slice @number, from 1 on, of @count: each input is in one slice, by its name alone, so it
 * stays there when others are added. The name of a BTF whose place says its key is that key; of any
 * other file it is the name of the file.
 */
void packing_slice(struct packing *packing, uint32_t number, uint32_t count);

/* Adds all kernels; packs among the inputs are merged. @jobs, @memory: as in struct
 * kernel_pool_work; the pack may take as much again. Errors: -ENOENT none could be used; -ENOMEM.
 */
int packing_run(struct packing *packing, unsigned int jobs, uint64_t memory);

/* The bytes of the pack: pack_write(). */
int packing_write(struct packing *packing, struct byte_buffer *bytes, struct reason *why);

#endif
