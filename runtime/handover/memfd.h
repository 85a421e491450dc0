/* SPDX-License-Identifier: MIT */
/*
 * Bytes as a file that has no name, cannot be changed any more and is closed on exec.
 */
#ifndef COREBTF_MEMFD_H
#define COREBTF_MEMFD_H

#include <stddef.h>

/* Returns the file descriptor, at offset 0, or -errno. @name is what /proc/self/fd shows. */
int memfd_make(const char *name, const void *data, size_t size);

#endif
