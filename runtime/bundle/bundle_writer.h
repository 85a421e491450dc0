/* SPDX-License-Identifier: MIT */
/*
 * The one writer of the format: what a bundle is made of in memory -> its bytes (format.h). The
 * embedder's builder and the reader of tars (tar/tar_bundle.h) use it.
 */
#ifndef COREBTF_BUNDLE_WRITER_H
#define COREBTF_BUNDLE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/bundle/index.h"

/* Where a blob lies in its unpacked block. */
struct writer_blob {
	uint32_t block;
	uint32_t crc;	 /* CRC-32 of its bytes */
	uint64_t offset; /* a multiple of COREBTF_ALIGNMENT */
	uint64_t size;
};

struct writer_block {
	uint64_t unpacked_size;
	uint64_t stored_size;
	uint32_t codec;	 /* COREBTF_CODEC_* */
	uint64_t offset; /* set by bundle_write(): from the start of the bundle */
};

/* Packs @size bytes into one .xz stream of at most @room bytes. Returns its size, 0 when it would
 * be larger, or an error for bundle_write() to return. */
typedef ssize_t (*bundle_pack_fn)(const void *data, size_t size, void *out, size_t room);

/* Packed tables are unpacked at each start; larger ones than this are stored as they are. */
#define BUNDLE_PACKED_TABLES_TARGET (256u << 10)

/* Sizes may exceed the format's limits: bundle_write() checks them. */
struct bundle_parts {
	bool big_endian;	    /* byte order of the bundle */
	bundle_pack_fn pack_tables; /* NULL: the tables are not packed */
	/* In any order; @blob is a number in @blobs, a build-id has at most 20 bytes.
	 * bundle_write() sorts them as the format wants it, those of one key by @blob, and sets
	 * @hash. */
	struct index_entry *entries;
	size_t entry_count;
	const struct writer_blob *blobs;
	size_t blob_count;
	struct writer_block *blocks;
	size_t block_count;
	struct index_object *objects; /* in any order; sorted by (name, digest) */
	size_t object_count;
};

/* The limit of the format that was exceeded. */
struct bundle_excess {
	const char *what; /* static, "kernels" */
	uint64_t count, limit;
};

/*
 * Writes everything but the bytes of the blocks. The caller copies those to
 * *@ret_bytes + blocks[i].offset, where @ret_bytes is zero.
 *
 * @ret_bytes: *@ret_size bytes from malloc(), the caller frees them.
 * Errors: -EFBIG, with @ret_excess filled in; -ENOMEM.
 */
int bundle_write(struct bundle_parts *parts, uint8_t **ret_bytes, size_t *ret_size,
		 struct bundle_excess *ret_excess);

#endif
