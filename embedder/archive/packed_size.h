/* SPDX-License-Identifier: MIT */
/*
 * The unpacked size that packed bytes declare, read without unpacking: .xz has it in the index at
 * its end, gzip in its last four bytes, zstd in its first header.
 */
#ifndef COREBTF_ARCHIVE_PACKED_SIZE_H
#define COREBTF_ARCHIVE_PACKED_SIZE_H

#include <stddef.h>
#include <stdint.h>

/* @packed: all of the packed bytes. Returns 0 where no size is declared. The declared size may be
 * wrong. */
uint64_t packed_size(const void *packed, size_t size);

#endif
