/* SPDX-License-Identifier: MIT */
/*
 * The types of one kernel as its file has them: raw BTF, or, where it has none, DWARF.
 */
#ifndef COREBTF_IMAGE_KERNEL_TYPES_H
#define COREBTF_IMAGE_KERNEL_TYPES_H

#include "embedder/image/kernel_btf.h"
#include "embedder/image/kernel_dwarf.h"

/* One of the two. */
struct kernel_types {
	struct kernel_btf btf; /* data NULL: none */
	struct kernel_dwarf *dwarf;
};

/* For _cleanup_; does nothing on an empty one. */
void kernel_types_close(struct kernel_types *types);

/* The byte order of the kernel. */
bool kernel_types_are_big_endian(const struct kernel_types *types);

/*
 * Reads the types in a file: a kernel, a BTF, either packed.
 * @wanted: KERNEL_TYPES_DWARF: DWARF even where there is BTF; KERNEL_TYPES_UNKNOWN: DWARF only
 * where there is no BTF; KERNEL_TYPES_BTF: BTF alone.
 * @budget: what it takes to unpack them is held of it until kernel_types_close(), with an estimate
 * of what it takes to convert DWARF; NULL: no limit.
 * @ret_facts: what the file says of the kernel; may be NULL.
 * Errors: -ENODATA neither; those of kernel_btf.h and kernel_dwarf.h.
 */
int kernel_types_open(const char *path, enum kernel_types_kind wanted, struct memory_budget *budget,
		      struct kernel_facts *ret_facts, struct kernel_types *ret_types,
		      struct reason *why);

/* The same for a file that is in memory. @bytes is taken over, on failure too, with what it holds
 * of a budget. */
int kernel_types_unpack(struct kernel_btf *bytes, enum kernel_types_kind wanted,
			struct kernel_facts *ret_facts, struct kernel_types *ret_types,
			struct reason *why);

#endif
