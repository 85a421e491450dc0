/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes of a whole range, where a system call may do less than it was asked to. The
 * file's offset stays where it is.
 */
#ifndef COREBTF_FILE_BYTES_H
#define COREBTF_FILE_BYTES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES_PART 8192 /* what is compared or copied at once, on the stack */

/* Errors: those of pwrite(2). */
static inline int file_bytes_write(int fd, const void *data, size_t size, size_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t put = pwrite(fd, (const uint8_t *)data + done, size - done,
				     (off_t)(offset + done));

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

/* Errors: -EIO the file ends before; those of pread(2). */
static inline int file_bytes_read(int fd, void *buffer, size_t size, size_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got =
			pread(fd, (uint8_t *)buffer + done, size - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -EIO;
		done += (size_t)got;
	}
	return 0;
}

static inline size_t file_bytes_part(size_t size, size_t done)
{
	return size - done < FILE_BYTES_PART ? size - done : FILE_BYTES_PART;
}

/* Whether the file holds @data at its start. */
static inline bool file_bytes_equal(int fd, const void *data, size_t size)
{
	uint8_t part[FILE_BYTES_PART];

	for (size_t done = 0; done < size; done += file_bytes_part(size, done)) {
		size_t wanted = file_bytes_part(size, done);

		if (file_bytes_read(fd, part, wanted, done) ||
		    memcmp((const uint8_t *)data + done, part, wanted) != 0)
			return false;
	}
	return true;
}

/* Whether two files start with the same @size bytes. */
static inline bool file_bytes_equal_files(int fd, int other, size_t size)
{
	uint8_t part[FILE_BYTES_PART];

	for (size_t done = 0; done < size; done += file_bytes_part(size, done)) {
		size_t wanted = file_bytes_part(size, done);
		uint8_t from_other[FILE_BYTES_PART];

		if (file_bytes_read(fd, part, wanted, done) ||
		    file_bytes_read(other, from_other, wanted, done) ||
		    memcmp(part, from_other, wanted) != 0)
			return false;
	}
	return true;
}

/* Writes the first @size bytes of one file to the start of another. Errors: those of pread(2) and
 * pwrite(2). */
static inline int file_bytes_copy(int from, int to, size_t size)
{
	uint8_t part[FILE_BYTES_PART];
	int err = 0;

	for (size_t done = 0; !err && done < size; done += file_bytes_part(size, done)) {
		size_t wanted = file_bytes_part(size, done);

		err = file_bytes_read(from, part, wanted, done);
		if (!err)
			err = file_bytes_write(to, part, wanted, done);
	}
	return err;
}

#endif
