/* SPDX-License-Identifier: MIT */
/*
 * In: an open file. Out: bytes of it, mapped or read, bounded.
 */
#include "embedder/image/kernel_bytes.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/foreign_file.h"

#define READ_START_SIZE ((size_t)8 << 20)

bool kernel_bytes_are_btf(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	return size >= 2 &&
	       ((bytes[0] == 0x9f && bytes[1] == 0xeb) || (bytes[0] == 0xeb && bytes[1] == 0x9f));
}

int kernel_bytes_refuse(const void *start, size_t size, struct reason *why)
{
	const char *name = foreign_file_name(start, size);

	return name ? reason_set(why, -EBADMSG,
				 "it is %s: give a kernel (vmlinux, vmlinuz), a BTF, or an archive "
				 "or package of these",
				 name)
		    : 0;
}

int kernel_bytes_check_size(uint64_t size, struct reason *why)
{
	if (size > KERNEL_BTF_SIZE_MAX)
		return reason_set(why, -EFBIG,
				  "it has %llu bytes, more than the %u that are accepted",
				  (unsigned long long)size, KERNEL_BTF_SIZE_MAX);
	return 0;
}

int kernel_bytes_map_file(int fd, uint64_t size, struct kernel_btf *ret_btf, struct reason *why)
{
	void *mapping;

	if (size > KERNEL_FILE_SIZE_MAX)
		return reason_set(why, -EFBIG,
				  "it has %llu bytes, more than the %u that are accepted",
				  (unsigned long long)size, KERNEL_FILE_SIZE_MAX);
	mapping = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	/* No MAP_POPULATE: the kernel maps the pages around each fault anyway, and a 5 MB BTF was
	 * trimmed no faster with it. */
	if (mapping == MAP_FAILED)
		return reason_errno(why, -errno, "cannot map it");
	*ret_btf = (struct kernel_btf){
		.data = mapping,
		.size = size,
		.mapping = mapping,
		.mapping_size = size,
	};
	return 0;
}

int kernel_bytes_read(int fd, uint64_t expected, struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_free_ char *memory = NULL;
	size_t size = 0, capacity = 0;

	if (kernel_bytes_check_size(expected, why))
		return -EFBIG;
	for (;;) {
		ssize_t count;

		if (size == capacity) {
			/* One byte more than expected, to see the end of the file. */
			size_t start = expected && expected < KERNEL_BTF_SIZE_MAX
					       ? (size_t)expected + 1
					       : READ_START_SIZE;
			size_t larger = capacity ? capacity * 2 : start;
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
