/* SPDX-License-Identifier: MIT */
/*
 * The CRC-32 of the format (docs/format.md, section 3), which is zlib's.
 */
#ifndef COREBTF_CHECKSUM_H
#define COREBTF_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of bytes with the CRC @sum, 0 for none, followed by these. */
uint32_t checksum_add(uint32_t sum, const void *data, size_t size);

#endif
