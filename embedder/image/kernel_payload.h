/* SPDX-License-Identifier: MIT */
/*
 * The packed kernel in an image, unpacked into memory.
 */
#ifndef COREBTF_IMAGE_KERNEL_PAYLOAD_H
#define COREBTF_IMAGE_KERNEL_PAYLOAD_H

#include <stddef.h>

#include "runtime/util/reason.h"

/* A kernel with all drivers built in has some 100 MB. */
#define KERNEL_PAYLOAD_SIZE_MAX ((size_t)256 << 20)

/*
 * A payload is gzip, or one of xz, lzma, zstd, lz4 and bzip2 with the size of what comes out behind
 * it, a little-endian u32, which counts as a part of the payload here. gzip ends with just that.
 */

/* What the last four bytes say, unchecked. */
size_t kernel_payload_unpacked_size(const void *payload, size_t size);

/*
 * Unpacks the payload. Takes as much memory as it says, and what the unpacker itself needs.
 * @ret_data: malloc'd, the caller frees it. Errors: -EBADMSG damaged, or not of the size that it
 * says; -EOPNOTSUPP lzo or an unknown packing; -EFBIG larger than KERNEL_PAYLOAD_SIZE_MAX; -ENOMEM.
 */
int kernel_payload_unpack(const void *payload, size_t size, void **ret_data, size_t *ret_size,
			  struct reason *why);

#endif
