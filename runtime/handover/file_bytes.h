/* SPDX-License-Identifier: MIT */
/*
 * Whole files in one go, where a system call may do less than it was asked to.
 */
#ifndef COREBTF_FILE_BYTES_H
#define COREBTF_FILE_BYTES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* Writes all of @data at the start of the file and leaves its offset at 0, where readers begin.
 * Errors: those of pwrite(2). */
static inline int file_bytes_write(int fd, const void *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t put = pwrite(fd, (const uint8_t *)data + done, size - done, (off_t)done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		if (put == 0)
			return -EIO;
		done += (size_t)put;
	}
	return 0;
}

/* Whether the file holds @data at its start. */
static inline bool file_bytes_equal(int fd, const void *data, size_t size)
{
	uint8_t part[8192];
	size_t done = 0;

	while (done < size) {
		size_t wanted = size - done < sizeof(part) ? size - done : sizeof(part);
		ssize_t got = pread(fd, part, wanted, (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || memcmp((const uint8_t *)data + done, part, (size_t)got) != 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

#endif
