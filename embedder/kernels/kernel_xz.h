/* SPDX-License-Identifier: MIT */
/*
 * An .xz file unpacked into memory, whole and checked.
 */
#ifndef COREBTF_KERNELS_KERNEL_XZ_H
#define COREBTF_KERNELS_KERNEL_XZ_H

#include <stddef.h>

#include "embedder/util/reason.h"

/*
 * Unpacks @fd from its start to its end. @limit: what unpacks to more is refused.
 * @ret_data: malloc'd, the caller frees it.
 * Errors: -EBADMSG damaged or cut off, -EOPNOTSUPP an option that liblzma does not know, -EFBIG past
 * @limit, -ENOMEM, those of read(2).
 */
int kernel_xz_unpack(int fd, size_t limit, void **ret_data, size_t *ret_size, struct reason *why);

#endif
