/* SPDX-License-Identifier: MIT */
/*
 * BTFHub's .btf.tar.xz, once it is unpacked: one BTF in a tar archive.
 */
#ifndef COREBTF_IMAGE_KERNEL_ARCHIVE_H
#define COREBTF_IMAGE_KERNEL_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/util/reason.h"

/* Around the BTF: tar headers, padding, and a README at the most. */
#define KERNEL_ARCHIVE_SLACK ((size_t)16 << 20)

/* Whether a tar archive starts here: a header of 512 bytes whose checksum fits, or the 512 zeros of
 * the end of one that is empty. */
bool kernel_archive_is(const void *start, size_t size);

/*
 * Finds the BTF in the archive @data.
 * @ret_data: the BTF, aligned to 4 bytes, either in @data or, where the archive has it in pieces,
 * in
 * *@ret_copy, which the caller frees and which is else NULL.
 * Errors: -ENODATA no BTF among its members, -EBADMSG damaged, empty or more than one in it,
 * -EFBIG, -ENOMEM.
 */
int kernel_archive_find(const void *data, size_t size, const void **ret_data, size_t *ret_size,
			void **ret_copy, struct reason *why);

#endif
