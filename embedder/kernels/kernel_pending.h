/* SPDX-License-Identifier: MIT */
/*
 * Kernels of an archive that wait for its second pass, because their types are DWARF: only the end
 * of their file shows where that is.
 */
#ifndef COREBTF_KERNELS_KERNEL_PENDING_H
#define COREBTF_KERNELS_KERNEL_PENDING_H

#include <stdbool.h>

#include "embedder/archive/archive_reader.h"
#include "embedder/image/kernel_excerpt.h"
#include "embedder/kernels/kernel_list.h"

struct kernel_pending_file {
	size_t number; /* of the member, in the archive's order */
	uint64_t size;
	uint64_t cost, needed; /* kernel_dwarf_cost() */
	struct kernel_file file;
	struct kernel_excerpt_range ranges[KERNEL_EXCERPT_RANGES];
	size_t range_count;
};

/* Zeroed: none. */
struct kernel_pending {
	struct kernel_pending_file *files;
	size_t count, capacity;
	size_t next; /* that is to be found */
};

/*
 * @bytes: an excerpt of the member with this @number, without its DWARF. If that is read,
 * as kernel_dwarf_is_read() says, takes over @file and returns 1; else 0. Error: -ENOMEM.
 */
int kernel_pending_add(struct kernel_pending *pending, size_t number,
		       const struct kernel_btf *bytes, enum kernel_types_kind wanted,
		       struct kernel_file *file, struct reason *why);

/* The kernel that the member with this @number is; NULL: it is none of them. Members come in the
 * archive's order. */
struct kernel_pending_file *kernel_pending_find(struct kernel_pending *pending, size_t number);

/* Reads the parts of the member that its DWARF takes. Errors: -EFBIG they take more memory than
 * @budget has, those of archive_reader_read(). */
int kernel_pending_read(const struct kernel_pending_file *file, struct archive_reader *reader,
			struct memory_budget *budget, struct kernel_btf *ret_bytes,
			struct reason *why);

void kernel_pending_clear(struct kernel_pending *pending);

#endif
