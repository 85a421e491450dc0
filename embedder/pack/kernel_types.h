/* SPDX-License-Identifier: MIT */
/*
 * A source of one kernel's types → the distinct types of it, in a pool.
 */
#ifndef COREBTF_PACK_KERNEL_TYPES_H
#define COREBTF_PACK_KERNEL_TYPES_H

#include "embedder/pack/pack_kernel.h"
#include "embedder/pack/type_pool.h"
#include "runtime/types/type_source.h"

/*
 * Adds the types of @source to @pool, and notes in @kernel which they are; what else it says of the
 * kernel stays. With kernel->types_only, types that no CO-RE relocation can ask for are left out.
 * After an error the pool may have types that no kernel has; they are not written.
 * Errors: those of type_source.find; -EBADMSG a reference out of range, or by content in a circle
 * (a pointer to itself); -EOPNOTSUPP a kind that a pack cannot hold; -EFBIG; -ENOMEM.
 */
int kernel_types_add(struct type_pool *pool, struct type_source *source, struct pack_kernel *kernel,
		     struct reason *why);

#endif
