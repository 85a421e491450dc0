/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a trimmed BTF: in the mapping when they are stored raw, else in an unpacked block.
 */
#ifndef COREBTF_BLOB_H
#define COREBTF_BLOB_H

#include "runtime/bundle/bundle.h"

/* A blob record, checked against the record of its block. */
struct blob {
	uint32_t block;
	uint32_t offset; /* in the unpacked block */
	uint32_t size;
	uint32_t crc; /* CRC-32 of its bytes */
};

/* The blocks of one bundle that had to be unpacked or moved, by their numbers. */
struct block_cache {
	uint8_t **blocks; /* NULL: none yet */
	uint32_t count;
};

/* Reads and checks the record of blob @number, which is below the count, and its block's.
 * -EBADMSG. */
int blob_read(const struct bundle *bundle, uint32_t number, struct blob *ret_blob);

/* Whether two blobs have the same size and checksum. 1, 0, or the errors of blob_read(). */
int blob_same(const struct bundle *bundle, uint32_t number, const struct bundle *other,
	      uint32_t other_number);

/*
 * The bytes of blob @number, which is below the count, checked against its checksum and aligned
 * to 8. They belong to the bundle's memory or to @cache, and are valid as long as both.
 * Errors: -EBADMSG, -EOPNOTSUPP (an xz filter that liblzma does not have), -ENOMEM.
 */
int blob_bytes(const struct bundle *bundle, struct block_cache *cache, uint32_t number,
	       const uint8_t **ret_data, size_t *ret_size);

/* Checks every blob and every block of the bundle; one unpacked block at a time is in memory.
 * -EBADMSG, -EOPNOTSUPP, -ENOMEM. */
int blob_check_all(const struct bundle *bundle);

struct blob_sums {
	uint64_t unpacked; /* bytes of all blobs */
	uint64_t stored;   /* bytes of all blocks */
	bool compressed;   /* some block is */
};

/* Adds what this bundle has to @sums. -EBADMSG. */
int blob_add_up(const struct bundle *bundle, struct blob_sums *sums);

void block_cache_release(struct block_cache *cache);

#endif
