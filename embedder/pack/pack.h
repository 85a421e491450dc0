/* SPDX-License-Identifier: MIT */
/*
 * A pack in memory: distinct types, and kernels that have some of them. Kernels are added from a
 * source of types or from another pack; the bytes of the file (pack_writer.h) depend only on which
 * kernels those are.
 */
#ifndef COREBTF_PACK_PACK_H
#define COREBTF_PACK_PACK_H

#include "embedder/pack/pack_kernel.h"
#include "embedder/pack/type_pool.h"
#include "runtime/types/type_source.h"

/* Of the sets of all kernels together. */
#define PACK_SETS_SIZE_MAX (UINT64_C(4) << 30)

struct pack {
	struct type_pool pool;
	struct pack_kernel *kernels;
	size_t count, capacity;
};

/* 0 or -ENOMEM. */
int pack_init(struct pack *pack);
void pack_free(struct pack *pack);

/* How many bytes the types and the kernels take. */
uint64_t pack_memory(const struct pack *pack);

/* What is said of a kernel that is added. */
struct pack_kernel_info {
	const struct kernel_id *id;
	enum pack_origin origin;
	bool types_only;
};

/* Adds a kernel, or nothing of it. Errors: those of kernel_types_add(). */
int pack_add(struct pack *pack, const struct pack_kernel_info *info, struct type_source *source,
	     struct reason *why);

/* Takes @kernel over, whose types are in the pool; on failure too. Error: -ENOMEM. */
int pack_take(struct pack *pack, struct pack_kernel *kernel, struct reason *why);

/*
 * Sorts the kernels and drops equal ones: those that differ in nothing, or only in their origin, of
 * which the higher one stays.
 */
void pack_sort(struct pack *pack);

/*
 * Adds the types of another set to a pool. @ret_numbers: by type of @set, its number in the pool;
 * malloc'd. Errors: -EBADMSG, -EFBIG, -ENOMEM.
 */
int pack_add_set(struct type_pool *pool, const struct type_set *set, uint32_t **ret_numbers,
		 struct reason *why);

#endif
