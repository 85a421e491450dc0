/* SPDX-License-Identifier: MIT */
/*
 * How much packed bytes say they unpack to, before anything is unpacked: .xz in the index at its
 * end, gzip in its last four bytes, zstd in its first header.
 */
#ifndef COREBTF_ARCHIVE_PACKED_SIZE_H
#define COREBTF_ARCHIVE_PACKED_SIZE_H

#include <stddef.h>
#include <stdint.h>

/* All of the packed bytes. 0: they do not say. What is said may be wrong, and is no promise. */
uint64_t packed_size(const void *packed, size_t size);

#endif
