/* SPDX-License-Identifier: MIT */
/*
 * A vmlinux with debug information comes out of an archive piece by piece, half a gigabyte and
 * more. Of it only what the reader of kernels looks at is kept: what the kernel has in memory when
 * it runs, and the tables at the end of the file. The rest reads as zeros and takes no memory.
 */
#ifndef COREBTF_IMAGE_KERNEL_EXCERPT_H
#define COREBTF_IMAGE_KERNEL_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/image/kernel_btf.h"
#include "runtime/util/reason.h"

/* Smaller files are kept whole. */
#define KERNEL_EXCERPT_MIN (UINT64_C(64) << 20)

/* The most that is worth keeping of a kernel: Debian's have 50 MB, ones with many checks built in
 * three times that. */
#define KERNEL_EXCERPT_MAX (UINT64_C(192) << 20)

/* More than a kernel with DWARF needs. */
#define KERNEL_EXCERPT_RANGES 16

struct kernel_excerpt_range {
	uint64_t start, end; /* offsets in the file */
};

struct kernel_excerpt {
	uint8_t *bytes; /* a mapping of @size bytes */
	size_t size;
	struct kernel_excerpt_range kept[KERNEL_EXCERPT_RANGES];
	size_t kept_count;
	size_t limit;
	bool is_known; /* what is kept was known before the first byte */
	bool seen_head;
};

/* @size: of the file. @limit: how many bytes of it may be kept, at least a page. Error: -ENOMEM. */
int kernel_excerpt_open(size_t size, size_t limit, struct kernel_excerpt *ret_excerpt,
			struct reason *why);

/* For a file whose section headers were seen before: keeps just these @count ranges of it. */
int kernel_excerpt_open_ranges(size_t size, const struct kernel_excerpt_range *ranges, size_t count,
			       struct kernel_excerpt *ret_excerpt, struct reason *why);

/* Takes the bytes of the file at @offset, which lie in it; they come in order. @context is the
 * struct kernel_excerpt. Returns 0. */
int kernel_excerpt_take(void *context, uint64_t offset, const void *piece, size_t size);

/*
 * All pieces have come. Hands the mapping over to @ret_bytes, which is released with
 * kernel_btf_close(). Error: -EFBIG something that is looked at was not kept. A damaged file is
 * none: its reader says what is wrong with it.
 */
int kernel_excerpt_finish(struct kernel_excerpt *excerpt, struct kernel_btf *ret_bytes,
			  struct reason *why);

/* For _cleanup_; an empty one is fine. */
void kernel_excerpt_close(struct kernel_excerpt *excerpt);

#endif
