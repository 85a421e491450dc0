/* SPDX-License-Identifier: MIT */
/*
 * A kernel's BTF and split BTFs that continue it (of its modules) -> one BTF with the types of all.
 *
 *	types    kernel | module | module ...      each module's ids and string offsets are
 *	strings  kernel | module | module ...      moved to where they are now
 *
 * Split BTF says nowhere which BTF it continues, and with another one its types are wrong without
 * any error. So every reference is checked: a name must be the start of a string, a function must
 * refer to a prototype, and no type to a function. Of another build's BTF some of its thousands of
 * references fail that; it is then refused.
 */
#ifndef COREBTF_MODULES_MODULE_JOIN_H
#define COREBTF_MODULES_MODULE_JOIN_H

#include "runtime/btf/btf_source.h"
#include "embedder/util/byte_buffer.h"

/* Starts zeroed; may be started again for another kernel, and keeps its memory. */
struct module_join {
	struct btf_source kernel;
	struct byte_buffer types, strings; /* of the modules */
	uint32_t type_count;		   /* the next id */
};

void module_join_free(struct module_join *join);

/* @btf: the kernel's, which must outlive the join. Errors: those of btf_source_open_all(). */
int module_join_start(struct module_join *join, const void *btf, size_t size, struct reason *why);

/*
 * Appends the types of split BTF. @base: its distilled base, NULL: the kernel's BTF is its base.
 * Errors, after which the join is as before: -EINVAL it does not continue that BTF, -EBADMSG,
 * -EOPNOTSUPP, -EFBIG, -ENOMEM.
 */
int module_join_add(struct module_join *join, const void *split, size_t size, const void *base,
		    size_t base_size, struct reason *why);

/* All types as raw BTF. @ret_btf: malloc'd. Errors: -ENOMEM. */
int module_join_finish(const struct module_join *join, void **ret_btf, size_t *ret_size,
		       struct reason *why);

#endif
