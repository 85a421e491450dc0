/* SPDX-License-Identifier: MIT */
/*
 * Opens regular files without blocking; reads and writes all bytes where a system call may do
 * fewer.
 */
#ifndef COREBTF_UTIL_REGULAR_FILE_H
#define COREBTF_UTIL_REGULAR_FILE_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "runtime/util/reason.h"

/*
 * Opens @path for reading. The caller closes *@ret_fd. On failure @why says what is wrong, without
 * the path. Errors: those of open(2), -EISDIR a folder, -EINVAL no regular file.
 */
int regular_file_open(const char *path, int *ret_fd, struct stat *ret_status, struct reason *why);

/*
 * As many bytes as there are from the file's offset on, up to @size. Returns how many; fewer than
 * @size only where the file ends. Errors: those of read(2).
 */
ssize_t regular_file_read(int fd, void *buffer, size_t size);

/* Writes all of @data at the file's offset, also to a pipe. Errors: those of write(2). */
int regular_file_write(int fd, const void *data, size_t size);

#endif
