/* SPDX-License-Identifier: MIT */
/*
 * Opens a regular file, and reads and writes a whole range of one, where a system call may do less
 * than it was asked to. The file's offset stays where it is.
 */
#ifndef COREBTF_FILE_BYTES_H
#define COREBTF_FILE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/util/log.h"

/*
 * Opens @path for reading, without waiting for a writer when it is a FIFO. The caller closes
 * *@ret_fd. *@ret_size is the file's size when it was opened: do not map more than that.
 * Errors, each with a line in @log: those of open(2) and fstat(2); -EISDIR a folder; -ENODATA
 * anything else that is no regular file.
 */
int file_bytes_open(const char *path, const struct log *log, int *ret_fd, uint64_t *ret_size);

/*
 * Moves a descriptor away from 0 to 2: in a program that closed stdin, stdout or stderr, open(2)
 * returns their numbers, and the next write to stderr would go into our file. Returns the
 * descriptor, close-on-exec if it was moved, or a negative @fd unchanged. Errors: those of
 * fcntl(2), and @fd is closed.
 */
int file_bytes_off_standard(int fd);

/* Whether there is a folder at @path, or a link to one. */
bool file_bytes_is_folder(const char *path);

/* Errors: -EFBIG more than RLIMIT_FSIZE allows, of which nothing is written; those of pwrite(2). */
int file_bytes_write(int fd, const void *data, size_t size, uint64_t offset);

/*
 * As many bytes as there are from @offset on, up to @size, which fits into ssize_t. Returns how
 * many; fewer than @size only where the file ends. Errors: those of pread(2).
 */
ssize_t file_bytes_read_some(int fd, void *buffer, size_t size, uint64_t offset);

/* Errors: -EIO the file ends before; those of pread(2). */
int file_bytes_read(int fd, void *buffer, size_t size, uint64_t offset);

/* Whether the file holds all of @data at @offset. */
bool file_bytes_equal(int fd, const void *data, size_t size, uint64_t offset);

/* Whether two files start with the same @size bytes. */
bool file_bytes_equal_files(int fd, int other, size_t size);

/* Writes the first @size bytes of one file to the start of another. Errors: those of pread(2) and
 * pwrite(2). */
int file_bytes_copy(int from, int to, size_t size);

#endif
