/* SPDX-License-Identifier: MIT */
/*
 * What the readers of kernel BTFs (raw, ELF, archive) share: how a BTF is held in memory, what it
 * starts with, how large it may be, and a piece of a file as a mapping.
 */
#ifndef COREBTF_IMAGE_KERNEL_BYTES_H
#define COREBTF_IMAGE_KERNEL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/util/memory_budget.h"
#include "embedder/util/reason.h"

/* One kernel's full BTF. */
struct kernel_btf {
	const void *data; /* raw BTF, starting with its header, aligned to at least 4 bytes */
	size_t size;
	/* How it is held: one of these is set. */
	void *mapping;
	size_t mapping_size;
	void *memory;
	/* What of a budget is held for it; NULL: there is none. */
	struct memory_budget *budget;
	uint64_t held;
};

/* Ends the mapping or frees the memory, and gives back what is held; does nothing on an empty one.
 */
void kernel_btf_close(struct kernel_btf *btf);

/* The byte order that the BTF is written in. */
bool kernel_btf_is_big_endian(const struct kernel_btf *btf);

/* Today's largest are 10 MB. */
#define KERNEL_BTF_SIZE_MAX (UINT32_C(256) << 20)

/* Of an ELF file: a vmlinux with all of its debug information has 1 GB. Holes cost no disk, so a
 * file may have any size, and its bytes are searched. */
#define KERNEL_FILE_SIZE_MAX UINT32_MAX

/* Whether BTF of either byte order starts here. */
bool kernel_bytes_are_btf(const void *data, size_t size);

/* Says what a file is, by its first bytes, that is no kernel and no BTF, and what to give instead.
 * Returns -EBADMSG, or 0 when its kind is not known. */
int kernel_bytes_refuse(const void *start, size_t size, struct reason *why);

/* -EFBIG above KERNEL_BTF_SIZE_MAX. */
int kernel_bytes_check_size(uint64_t size, struct reason *why);

/* Maps all of @fd, a regular file of @size bytes, which is not 0. Errors: -EFBIG above
 * KERNEL_FILE_SIZE_MAX, those of mmap(2). */
int kernel_bytes_map_file(int fd, uint64_t size, struct kernel_btf *ret_btf, struct reason *why);

/* Reads all of @fd into memory. @expected: how much is likely to come, 0: not known, as of files
 * that the kernel makes up. */
int kernel_bytes_read(int fd, uint64_t expected, struct kernel_btf *ret_btf, struct reason *why);

#endif
