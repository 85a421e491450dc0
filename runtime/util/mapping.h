/* SPDX-License-Identifier: MIT */
/*
 * A range of a file in memory, read-only.
 */
#ifndef COREBTF_MAPPING_H
#define COREBTF_MAPPING_H

#include <stddef.h>
#include <stdint.h>

struct mapping {
	const uint8_t *data; /* the first byte of the range */
	size_t size;
	void *pages; /* what munmap takes */
	size_t pages_size;
};

/*
 * Maps [offset, offset + size). The caller must check that it lies inside the file: touching a page
 * past the end of a file is a SIGBUS, not an error code. So is reading a file that is truncated
 * later; the kernel refuses to truncate a running executable.
 * Errors: -EFBIG the range does not fit the address space; those of mmap(2).
 */
int mapping_open(int fd, uint64_t offset, uint64_t size, struct mapping *ret_mapping);

/* Tells the kernel that all of this is about to be read, so that it comes from the disk in one go.
 * For any memory, mapped by us or not. */
void mapping_read_ahead(const void *data, size_t size);

/* Does nothing for an empty struct. */
void mapping_close(struct mapping *mapping);

#endif
