/* SPDX-License-Identifier: MIT */
/*
 * Where the bundles are in a file: the section .corebtf of an ELF file, or all of a file that
 * is a bundle itself.
 */
#ifndef COREBTF_SECTION_H
#define COREBTF_SECTION_H

#include <stdint.h>

#include "runtime/util/log.h"

struct section {
	uint64_t offset; /* in the file; any alignment */
	uint64_t size;	 /* at least 1; the range lies inside the file */
};

/*
 * Reads headers only, of any class and byte order.
 * Errors: -ENODATA there is no such section, or it has no bytes here; -EBADMSG the headers do
 * not fit the file; -EOPNOTSUPP the section is compressed; those of pread(2).
 */
int section_find(int fd, uint64_t file_size, const struct log *log, struct section *ret_section);

/* The same for a kernel's BTF: the section .BTF of an ELF file, or all of a file of raw BTF. */
int section_find_btf(int fd, uint64_t file_size, const struct log *log,
		     struct section *ret_section);

#endif
