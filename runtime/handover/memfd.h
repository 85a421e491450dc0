/* SPDX-License-Identifier: MIT */
/*
 * A file in memory without a name, close-on-exec, that cannot be changed once it is sealed.
 */
#ifndef COREBTF_MEMFD_H
#define COREBTF_MEMFD_H

/* Returns a descriptor for reading and writing, or -errno. @name is what /proc/self/fd shows. */
int memfd_open(const char *name);

/* Forbids all changes, by any descriptor. Errors: those of fcntl(2). */
int memfd_seal(int fd);

#endif
