/* SPDX-License-Identifier: MIT */
/*
 * The file that carries the BTFs, opened for reading.
 */
#ifndef COREBTF_EXECUTABLE_H
#define COREBTF_EXECUTABLE_H

#include <stdint.h>

#include "runtime/util/log.h"

#define EXECUTABLE_SELF "/proc/self/exe"

/*
 * Opens @path, which must be a regular file. The caller closes *@ret_fd. *@ret_size is what the
 * file had when it was opened: nothing past it may be mapped.
 * Errors: those of open(2) and fstat(2); -ENODATA no regular file.
 */
int executable_open(const char *path, const struct log *log, int *ret_fd, uint64_t *ret_size);

/* The running program, also when its file was deleted or replaced meanwhile: the kernel's link
 * leads to what runs. -ENOSYS: there is no /proc. */
int executable_open_self(const struct log *log, int *ret_fd, uint64_t *ret_size);

#endif
