/* SPDX-License-Identifier: MIT */
/*
 * The one path of a file that has no name: the way to its descriptor through /proc.
 */
#ifndef COREBTF_UNNAMED_FILE_H
#define COREBTF_UNNAMED_FILE_H

#include <sys/stat.h>

/*
 * Opens the file behind @fd once more, for reading, by the path that others will open it by.
 * -ENXIO: that path leads to something else. No /proc, or one that hides us: errors of open(2).
 */
int unnamed_file_reopen(int fd, struct stat *ret_status);

/* The path that unnamed_file_reopen() opens. */
#define UNNAMED_FILE_PATH_SIZE (sizeof("/proc/self/fd/") + 3 * sizeof(int))
void unnamed_file_path(int fd, char path[static UNNAMED_FILE_PATH_SIZE]);

#endif
