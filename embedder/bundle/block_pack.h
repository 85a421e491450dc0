/* SPDX-License-Identifier: MIT */
/*
 * Puts blobs into blocks: the place of each blob, and the stored bytes of each block. The runtime
 * unpacks a block as a whole.
 */
#ifndef COREBTF_BUNDLE_BLOCK_PACK_H
#define COREBTF_BUNDLE_BLOCK_PACK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "embedder/bundle/bundle_builder.h"
#include "embedder/bundle/bundle_contents.h"

/* An xz block is closed before it would grow past this (a larger blob is a block of its own),
 * and a match reaches back no further than the dictionary. Measured; docs/format.md has the
 * figures. */
#define BLOCK_PACK_TARGET_SIZE	   (256u << 10)
#define BLOCK_PACK_DICTIONARY_SIZE (128u << 10)

struct packed_block {
	size_t first_blob, blob_count;
	uint64_t unpacked_size;
	uint64_t stored_size;
	uint32_t codec; /* COREBTF_CODEC_* */
	void *stored;	/* owned; NULL for a raw block, whose bytes are the blobs' own */
};

/* Where a blob lies. */
struct packed_blob {
	uint32_t block;
	uint64_t offset; /* in the unpacked block */
};

struct block_pack {
	const struct bundle_blob *const *blobs; /* borrowed, in the order they are stored */
	struct packed_blob *places;		/* of each blob */
	struct packed_block *blocks;
	size_t block_count;
};

/* @blobs: in the order in which to store them; neighbours should be similar. Errors:
 * -ENOMEM, -EIO liblzma failed otherwise (@why says how). */
int block_pack_init(struct block_pack *pack, const struct bundle_blob *const *blobs,
		    size_t blob_count, enum bundle_compression compression, struct reason *why);
void block_pack_free(struct block_pack *pack);

/* Packs @size bytes into one .xz stream of at most @room bytes. Returns its size, 0 when it would
 * be larger, -ENOMEM, -EIO liblzma failed otherwise. */
ssize_t block_pack_xz(const void *data, size_t size, void *out, size_t room);

/* Writes the stored_size bytes of a block. */
void block_pack_write(const struct block_pack *pack, size_t block, void *destination);

#endif
