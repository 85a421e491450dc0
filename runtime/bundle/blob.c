/* SPDX-License-Identifier: MIT */
/*
 * A blob's number in, its bytes out.
 *
 * Blobs lie in blocks. A raw block is used in place. An xz block is unpacked as a whole, once, and
 * kept until the cache is released, since callers have pointers into it. The block record has the
 * unpacked size: that much memory is allocated, and a stream with more or fewer bytes is damaged.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/bundle/blob.h"
#include "runtime/bundle/checksum.h"
#include "runtime/bundle/unpack.h"
#include "runtime/util/cleanup.h"
#include "runtime/util/mapping.h"

struct block {
	uint32_t offset;
	uint32_t stored_size;
	uint32_t unpacked_size;
	uint32_t codec;
};

static const uint8_t *block_stored(const struct bundle *bundle, const struct block *block)
{
	return bundle->data + bundle->header.data_offset + block->offset;
}

static int block_read(const struct bundle *bundle, uint32_t number, struct block *block)
{
	const struct corebtf_format_header *header = &bundle->header;
	const uint8_t *record = bundle_block_record(bundle, number);
	uint32_t data_size = header->size - header->data_offset;
	int err = bundle_check_sum(bundle, "block", number, record, header->block_size,
				   bundle_record_sum(record, header->block_size));

	if (err)
		return err;
#define MEMBER(member) BUNDLE_MEMBER(bundle, record, struct corebtf_format_block, member)
	block->offset = MEMBER(offset);
	block->stored_size = MEMBER(stored_size);
	block->unpacked_size = MEMBER(unpacked_size);
	block->codec = MEMBER(codec);
#undef MEMBER

	if (block->offset % COREBTF_ALIGNMENT || block->offset > data_size ||
	    block->stored_size > data_size - block->offset)
		return bundle_damaged(bundle,
				      "block %" PRIu32 ": %" PRIu32 " bytes at offset %" PRIu32
				      " are not inside the data",
				      number, block->stored_size, block->offset);
	switch (block->codec) {
	case COREBTF_CODEC_RAW:
		if (block->unpacked_size != block->stored_size)
			return bundle_damaged(bundle, "block %" PRIu32 ": raw, but with two sizes",
					      number);
		return 0;
	case COREBTF_CODEC_XZ:
		if (!(header->features & COREBTF_FEATURE_XZ))
			return bundle_damaged(
				bundle, "block %" PRIu32 ": xz, but the header says there is none",
				number);
		if (block->unpacked_size > COREBTF_MAX_BLOCK_SIZE)
			return bundle_damaged(bundle,
					      "block %" PRIu32 ": %" PRIu32
					      " bytes unpacked are more than %" PRIu32,
					      number, block->unpacked_size, COREBTF_MAX_BLOCK_SIZE);
		return 0;
	default: /* a new codec comes with a feature bit, which would have been refused */
		return bundle_damaged(bundle, "block %" PRIu32 ": codec %" PRIu32 " is unknown",
				      number, block->codec);
	}
}

static int blob_read_with_block(const struct bundle *bundle, uint32_t number, struct blob *blob,
				struct block *block)
{
	const uint8_t *record = bundle_blob_record(bundle, number);
	uint16_t record_size = bundle->header.blob_size;
	int err = bundle_check_sum(bundle, "blob record", number, record, record_size,
				   bundle_record_sum(record, record_size));

	if (err)
		return err;
#define MEMBER(member) BUNDLE_MEMBER(bundle, record, struct corebtf_format_blob, member)
	blob->block = MEMBER(block);
	blob->offset = MEMBER(offset);
	blob->size = MEMBER(size);
	blob->crc = MEMBER(crc);
#undef MEMBER

	if (blob->block >= bundle->header.block_count)
		return bundle_damaged(bundle,
				      "blob %" PRIu32 ": block %" PRIu32
				      " is past the last (%" PRIu32 " there are)",
				      number, blob->block, bundle->header.block_count);
	err = block_read(bundle, blob->block, block);
	if (err)
		return err;
	if (blob->size > COREBTF_MAX_BLOB_SIZE || blob->offset % COREBTF_ALIGNMENT ||
	    blob->offset > block->unpacked_size || blob->size > block->unpacked_size - blob->offset)
		return bundle_damaged(bundle,
				      "blob %" PRIu32 ": %" PRIu32 " bytes at offset %" PRIu32
				      " are not inside block %" PRIu32 " (%" PRIu32 " bytes)",
				      number, blob->size, blob->offset, blob->block,
				      block->unpacked_size);
	return 0;
}

int blob_read(const struct bundle *bundle, uint32_t number, struct blob *ret_blob)
{
	struct block block;
	struct blob blob;
	int err = blob_read_with_block(bundle, number, &blob, &block);

	if (!err)
		*ret_blob = blob;
	return err;
}

int blob_same(const struct bundle *bundle, uint32_t number, const struct bundle *other,
	      uint32_t other_number)
{
	struct blob a, b;
	int err;

	if (bundle == other && number == other_number)
		return 1;
	err = blob_read(bundle, number, &a);
	if (!err)
		err = blob_read(other, other_number, &b);
	return err ? err : a.size == b.size && a.crc == b.crc;
}

/* Copies or unpacks a block into malloc'd memory. */
static int block_load(const struct bundle *bundle, uint32_t number, const struct block *block,
		      uint8_t **ret_data)
{
	_cleanup_memory_ uint8_t *data = malloc(block->unpacked_size ? block->unpacked_size : 1);
	char what[96];
	int err = 0;

	if (!data)
		return log_error(bundle->log, -ENOMEM,
				 "block %" PRIu32 ": no memory for its %" PRIu32 " bytes", number,
				 block->unpacked_size);
	mapping_read_ahead(block_stored(bundle, block), block->stored_size);
	if (block->codec == COREBTF_CODEC_RAW) {
		memcpy(data, block_stored(bundle, block), block->unpacked_size);
	} else {
		snprintf(what, sizeof(what),
			 "bundle %" PRIu32 " at offset %" PRIu64 ": block %" PRIu32, bundle->number,
			 bundle->position, number);
		err = unpack_xz(bundle->log, what, block_stored(bundle, block), block->stored_size,
				data, block->unpacked_size);
	}
	if (err)
		return err;
	*ret_data = data;
	data = NULL;
	return 0;
}

static int check_crc(const struct bundle *bundle, uint32_t number, const struct blob *blob,
		     const uint8_t *data)
{
	uint32_t sum = checksum_add(0, data, blob->size);

	if (sum != blob->crc)
		return bundle_damaged(bundle,
				      "blob %" PRIu32 ": the BTF's checksum is %08" PRIx32
				      ", stored is %08" PRIx32,
				      number, sum, blob->crc);
	return 0;
}

int blob_bytes(const struct bundle *bundle, struct block_cache *cache, uint32_t number,
	       const uint8_t **ret_data, size_t *ret_size)
{
	const uint8_t *bytes;
	struct block block;
	struct blob blob;
	int err = blob_read_with_block(bundle, number, &blob, &block);

	if (err)
		return err;
	bytes = block_stored(bundle, &block);
	/* A section at an odd offset in the file is not aligned in memory either, and readers of
	 * BTF expect alignment. */
	if (block.codec != COREBTF_CODEC_RAW || (uintptr_t)bytes % COREBTF_ALIGNMENT) {
		if (!cache->blocks) {
			cache->blocks = calloc(bundle->header.block_count, sizeof(*cache->blocks));
			if (!cache->blocks)
				return log_error(bundle->log, -ENOMEM,
						 "no memory for %" PRIu32 " blocks",
						 bundle->header.block_count);
			cache->count = bundle->header.block_count;
		}
		if (!cache->blocks[blob.block]) {
			err = block_load(bundle, blob.block, &block, &cache->blocks[blob.block]);
			if (err)
				return err;
		}
		bytes = cache->blocks[blob.block];
	} else {
		mapping_read_ahead(bytes + blob.offset, blob.size);
	}
	bytes += blob.offset;
	err = check_crc(bundle, number, &blob, bytes);
	if (err)
		return err;
	*ret_data = bytes;
	*ret_size = blob.size;
	return 0;
}

/*
 * The blobs' numbers, grouped by block: blobs of block b are at [starts[b], starts[b + 1]). A
 * bundle may have its blob records in any order, and with one unpacking for each blob a small file
 * could take hours to check.
 */
static int group_by_block(const struct bundle *bundle, uint32_t **ret_starts, uint32_t **ret_blobs)
{
	uint32_t blob_count = bundle->header.blob_count;
	uint32_t block_count = bundle->header.block_count;
	_cleanup_memory_ uint32_t *starts = calloc((size_t)block_count + 2, sizeof(*starts));
	_cleanup_memory_ uint32_t *blobs = calloc((size_t)blob_count + 1, sizeof(*blobs));
	_cleanup_memory_ uint32_t *block_of = calloc((size_t)blob_count + 1, sizeof(*block_of));
	struct blob blob;

	if (!starts || !blobs || !block_of)
		return log_error(bundle->log, -ENOMEM, "no memory to sort %" PRIu32 " blobs",
				 blob_count);
	/* Counts go two places up: filling in then moves starts[b + 1] from b's first blob to its
	 * end, which is where the next block starts. */
	for (uint32_t i = 0; i < blob_count; i++) {
		int err = blob_read(bundle, i, &blob);

		if (err)
			return err;
		block_of[i] = blob.block;
		starts[blob.block + 2]++;
	}
	for (uint32_t i = 2; i < block_count + 2; i++)
		starts[i] += starts[i - 1];
	for (uint32_t i = 0; i < blob_count; i++)
		blobs[starts[block_of[i] + 1]++] = i;
	*ret_starts = starts;
	*ret_blobs = blobs;
	starts = blobs = NULL;
	return 0;
}

int blob_check_all(const struct bundle *bundle)
{
	_cleanup_memory_ uint32_t *starts = NULL;
	_cleanup_memory_ uint32_t *blobs = NULL;
	uint64_t stored_sum = 0;
	int err = group_by_block(bundle, &starts, &blobs);

	for (uint32_t i = 0; !err && i < bundle->header.block_count; i++) {
		_cleanup_memory_ uint8_t *unpacked = NULL;
		uint64_t blob_sum = 0;
		const uint8_t *bytes;
		struct block block;

		err = block_read(bundle, i, &block);
		if (err)
			return err;
		/* Blocks must not overlap, so that a small file cannot make endless work. */
		stored_sum += block.stored_size;
		if (stored_sum > bundle->header.size - bundle->header.data_offset)
			return bundle_damaged(bundle, "block %" PRIu32 ": overlaps another one", i);
		bytes = block_stored(bundle, &block);
		if (block.codec != COREBTF_CODEC_RAW) {
			err = block_load(bundle, i, &block, &unpacked);
			if (err)
				return err;
			bytes = unpacked;
		} else {
			mapping_read_ahead(bytes, block.stored_size);
		}
		for (uint32_t j = starts[i]; !err && j < starts[i + 1]; j++) {
			struct blob blob;

			err = blob_read(bundle, blobs[j], &blob);
			if (err)
				return err;
			blob_sum += blob.size;
			if (blob_sum > block.unpacked_size)
				err = bundle_damaged(
					bundle, "blob %" PRIu32 ": overlaps another one", blobs[j]);
			else
				err = check_crc(bundle, blobs[j], &blob, bytes + blob.offset);
		}
	}
	return err;
}

int blob_add_up(const struct bundle *bundle, struct blob_sums *sums)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < bundle->header.blob_count; i++) {
		struct blob blob;

		err = blob_read(bundle, i, &blob);
		if (!err)
			sums->unpacked += blob.size;
	}
	for (uint32_t i = 0; !err && i < bundle->header.block_count; i++) {
		struct block block;

		err = block_read(bundle, i, &block);
		if (!err) {
			sums->stored += block.stored_size;
			sums->compressed |= block.codec != COREBTF_CODEC_RAW;
		}
	}
	return err;
}

void block_cache_release(struct block_cache *cache)
{
	for (uint32_t i = 0; cache->blocks && i < cache->count; i++)
		free(cache->blocks[i]);
	free(cache->blocks);
	memset(cache, 0, sizeof(*cache));
}
