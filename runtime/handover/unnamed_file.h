/* SPDX-License-Identifier: MIT */
/*
 * Bytes as a file without a name: a sealed memfd, or an unlinked file where there is no memfd.
 */
#ifndef COREBTF_UNNAMED_FILE_H
#define COREBTF_UNNAMED_FILE_H

#include <stddef.h>
#include <sys/stat.h>

#include "runtime/util/log.h"

/*
 * Returns a descriptor, close-on-exec and at offset 0. An unlinked file's is opened for reading
 * alone when there is a /proc.
 * Errors: -EMFILE, -ENFILE, -ENOMEM; else the one of memfd_create(2), when no folder will do.
 */
int unnamed_file_make(const void *data, size_t size, const struct log *log);

/*
 * Opens the file behind @fd once more, for reading, by the path that others will open it by.
 * -ENXIO: that path leads to something else. No /proc, or one that hides us: errors of open(2).
 */
int unnamed_file_reopen(int fd, struct stat *ret_status);

/* The path that unnamed_file_reopen() opens. */
#define UNNAMED_FILE_PATH_SIZE (sizeof("/proc/self/fd/") + 3 * sizeof(int))
void unnamed_file_path(int fd, char path[static UNNAMED_FILE_PATH_SIZE]);

#endif
