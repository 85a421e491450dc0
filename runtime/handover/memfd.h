/* SPDX-License-Identifier: MIT */
/*
 * A file that has no name, is closed on exec, and once it is sealed cannot be changed any more.
 */
#ifndef COREBTF_MEMFD_H
#define COREBTF_MEMFD_H

/* Returns a descriptor for reading and writing, or -errno. @name is what /proc/self/fd shows. */
int memfd_open(const char *name);

/* Nobody can change it from now on, by whatever descriptor. Errors: those of fcntl(2). */
int memfd_seal(int fd);

#endif
