/* SPDX-License-Identifier: MIT */
/*
 * The only path of a file that has no name: that of its descriptor in /proc.
 */
#ifndef COREBTF_UNNAMED_FILE_H
#define COREBTF_UNNAMED_FILE_H

#include <sys/stat.h>

/*
 * Opens the file behind @fd again for reading, by the path that libbpf will use.
 * Errors: -ENXIO that path leads to another file; those of open(2) without a usable /proc.
 */
int unnamed_file_reopen(int fd, struct stat *ret_status);

/* Whether that path leads to the file, without opening it. Errors: the same; those of stat(2). */
int unnamed_file_check(int fd, struct stat *ret_status);

/* The path of both. */
#define UNNAMED_FILE_PATH_SIZE (sizeof("/proc/self/fd/") + 3 * sizeof(int))
void unnamed_file_path(int fd, char path[static UNNAMED_FILE_PATH_SIZE]);

#endif
