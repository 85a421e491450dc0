/* SPDX-License-Identifier: MIT */
/*
 * What a file with kernels in it is, by what it starts with, whatever its name.
 */
#ifndef COREBTF_KERNELS_KERNEL_SOURCE_H
#define COREBTF_KERNELS_KERNEL_SOURCE_H

#include "runtime/util/reason.h"

enum kernel_source_content {
	KERNEL_SOURCE_NONE,    /* no archive and no kernel's own file; it may be a BTF */
	KERNEL_SOURCE_ARCHIVE, /* a tar */
	KERNEL_SOURCE_PACKAGE, /* a .deb, an .rpm */
	KERNEL_SOURCE_KERNEL,  /* an ELF file or a kernel image, packed or not */
	KERNEL_SOURCE_PACK,    /* docs/pack-format.md */
};

/* Looks at what the file @path starts with, unpacked. Errors: -EBADMSG a file of a kind that no
 * kernel comes in; -EOPNOTSUPP a boot image that is not read (kernel_image.h); -ENOMEM; those of
 * regular_file_open(). */
int kernel_source_look(const char *path, enum kernel_source_content *ret_content,
		       struct reason *why);

#endif
