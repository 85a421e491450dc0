// SPDX-License-Identifier: MIT
/*
 * In: an open file. Out: bytes of it, mapped or read, bounded.
 */
#include "embedder/kernels/kernel_bytes.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

#define READ_START_SIZE ((size_t)8 << 20)

void kernel_btf_close(struct kernel_btf *btf)
{
	if (btf->mapping)
		munmap(btf->mapping, btf->mapping_size);
	free(btf->memory);
	memset(btf, 0, sizeof(*btf));
}

bool kernel_bytes_are_btf(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	return size >= 2 && ((bytes[0] == 0x9f && bytes[1] == 0xeb) ||
			     (bytes[0] == 0xeb && bytes[1] == 0x9f));
}

int kernel_bytes_check_size(uint64_t size, struct reason *why)
{
	if (size > KERNEL_BTF_SIZE_MAX)
		return reason_set(why, -EFBIG, "its BTF has %llu bytes, more than the %u that are "
				  "accepted", (unsigned long long)size, KERNEL_BTF_SIZE_MAX);
	return 0;
}

int kernel_bytes_map(int fd, uint64_t offset, uint64_t size, struct kernel_btf *ret_btf,
		     struct reason *why)
{
	uint64_t before = offset % (uint64_t)sysconf(_SC_PAGESIZE);
	void *mapping;
	int err = kernel_bytes_check_size(size, why);

	if (err)
		return err;
	/* No MAP_POPULATE: the kernel maps the pages around each fault anyway, and a 5 MB BTF was
	 * trimmed no faster with it. */
	mapping = mmap(NULL, before + size, PROT_READ, MAP_PRIVATE, fd, (off_t)(offset - before));
	if (mapping == MAP_FAILED)
		return reason_errno(why, -errno, "cannot map it");
	*ret_btf = (struct kernel_btf){
		.data = (const char *)mapping + before,
		.size = size,
		.mapping = mapping,
		.mapping_size = before + size,
	};
	return 0;
}

int kernel_bytes_read(int fd, struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_free_ char *memory = NULL;
	size_t size = 0, capacity = 0;

	for (;;) {
		ssize_t count;

		if (size == capacity) {
			size_t larger = capacity ? capacity * 2 : READ_START_SIZE;
			char *grown = realloc(memory, larger);

			if (!grown)
				return reason_errno(why, -ENOMEM, "cannot read it");
			memory = grown;
			capacity = larger;
		}
		count = pread(fd, memory + size, capacity - size, (off_t)size);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return reason_errno(why, -errno, "cannot read it");
		if (count == 0)
			break;
		size += (size_t)count;
		if (kernel_bytes_check_size(size, why))
			return -EFBIG;
	}
	*ret_btf = (struct kernel_btf){.data = memory, .size = size, .memory = memory};
	memory = NULL;
	return 0;
}
