/* SPDX-License-Identifier: MIT */
/*
 * mmap takes file offsets that are a multiple of the page size; sections start anywhere. So the
 * start is rounded down to a page, and @data points past the bytes before the range.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/util/mapping.h"

#define READ_AHEAD_PAGES 4 /* for fewer, the call costs more than it saves */

int mapping_open(int fd, uint64_t offset, uint64_t size, struct mapping *ret_mapping)
{
	uint64_t before = offset % (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t length;
	void *pages;

	if (__builtin_add_overflow(size, before, &length) || length > PTRDIFF_MAX)
		return -EFBIG;
	pages = mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, fd, (off_t)(offset - before));
	if (pages == MAP_FAILED)
		return -errno;
	/* A lookup touches a few scattered pages. Without this, the kernel reads ahead around each
	 * of them, possibly the whole section. The advice may be refused. */
	madvise(pages, (size_t)length, MADV_RANDOM);
	ret_mapping->pages = pages;
	ret_mapping->pages_size = (size_t)length;
	ret_mapping->data = (const uint8_t *)pages + before;
	ret_mapping->size = (size_t)size;
	return 0;
}

void mapping_read_ahead(const void *data, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)data & ~(page - 1);

	if (size > READ_AHEAD_PAGES * page)
		madvise((void *)start, (uintptr_t)data - start + size, MADV_WILLNEED);
}

void mapping_close(struct mapping *mapping)
{
	if (mapping->pages)
		munmap(mapping->pages, mapping->pages_size);
	memset(mapping, 0, sizeof(*mapping));
}
