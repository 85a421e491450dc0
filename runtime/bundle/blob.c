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
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/bundle/blob.h"
#include "runtime/util/cleanup.h"
#include "runtime/util/mapping.h"

/* For liblzma itself: twice what its largest preset takes (a 64 MiB dictionary), far from the
 * 4 GiB that a stream's header may ask for. */
#define XZ_MEMORY_LIMIT (UINT64_C(128) << 20)

struct block {
	uint32_t offset;
	uint32_t stored_size;
	uint32_t unpacked_size;
	uint32_t codec;
};

static int block_read(const struct bundle *bundle, uint32_t number, struct block *block)
{
	const struct corebtf_format_header *header = &bundle->header;
	const uint8_t *record = bundle_block_record(bundle, number);
	uint32_t sum =
		(uint32_t)crc32_z(0, record, offsetof(struct corebtf_format_block, checksum));

#define MEMBER(member) BUNDLE_MEMBER(bundle, record, struct corebtf_format_block, member)
	if (sum != MEMBER(checksum))
		return bundle_damaged(bundle,
				      "block %" PRIu32 ": its checksum is %08" PRIx32
				      ", stored is %08" PRIx32,
				      number, sum, MEMBER(checksum));
	if (MEMBER(reserved[0]) || MEMBER(reserved[1]) || MEMBER(reserved[2]))
		return bundle_damaged(bundle, "block %" PRIu32 ": reserved bytes are not zero",
				      number);
	block->offset = MEMBER(offset);
	block->stored_size = MEMBER(stored_size);
	block->unpacked_size = MEMBER(unpacked_size);
	block->codec = MEMBER(codec);
#undef MEMBER

	if (block->offset % COREBTF_ALIGNMENT || block->offset < header->data_offset ||
	    block->offset > header->size || block->stored_size > header->size - block->offset)
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
	uint32_t sum = (uint32_t)crc32_z(0, record, offsetof(struct corebtf_format_blob, checksum));
	int err;

#define MEMBER(member) BUNDLE_MEMBER(bundle, record, struct corebtf_format_blob, member)
	if (sum != MEMBER(checksum))
		return bundle_damaged(bundle,
				      "blob %" PRIu32 ": its record's checksum is %08" PRIx32
				      ", stored is %08" PRIx32,
				      number, sum, MEMBER(checksum));
	if (MEMBER(reserved[0]) || MEMBER(reserved[1]) || MEMBER(reserved[2]))
		return bundle_damaged(bundle, "blob %" PRIu32 ": reserved bytes are not zero",
				      number);
	blob->block = MEMBER(block);
	blob->offset = MEMBER(offset);
	blob->size = MEMBER(size);
	blob->content = MEMBER(content);
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

static int unpack_xz(const struct bundle *bundle, uint32_t number, const struct block *block,
		     uint8_t *out)
{
	const uint8_t *in = bundle->data + block->offset;
	size_t in_position = 0, out_position = 0;
	uint64_t memory_limit = XZ_MEMORY_LIMIT;
	lzma_ret result;

	result = lzma_stream_buffer_decode(&memory_limit, 0, NULL, in, &in_position,
					   block->stored_size, out, &out_position,
					   block->unpacked_size);
	switch (result) {
	case LZMA_OK:
		if (in_position != block->stored_size)
			return bundle_damaged(bundle,
					      "block %" PRIu32 ": the xz stream ends after %zu of "
					      "%" PRIu32 " bytes",
					      number, in_position, block->stored_size);
		if (out_position != block->unpacked_size)
			return bundle_damaged(
				bundle, "block %" PRIu32 ": unpacks to %zu bytes, not to %" PRIu32,
				number, out_position, block->unpacked_size);
		return 0;
	case LZMA_MEM_ERROR:
		return log_error(bundle->log, -ENOMEM, "block %" PRIu32 ": no memory to unpack it",
				 number);
	case LZMA_OPTIONS_ERROR:
		return log_error(bundle->log, -EOPNOTSUPP,
				 "bundle %" PRIu32 ": block %" PRIu32
				 ": an xz filter or option that this liblzma does not have",
				 bundle->number, number);
	case LZMA_MEMLIMIT_ERROR:
		return bundle_damaged(bundle,
				      "block %" PRIu32 ": wants %" PRIu64 " MiB to be unpacked",
				      number, memory_limit >> 20);
	case LZMA_BUF_ERROR:
		return bundle_damaged(bundle,
				      "block %" PRIu32 ": unpacks to more than %" PRIu32 " bytes",
				      number, block->unpacked_size);
	default:
		return bundle_damaged(bundle, "block %" PRIu32 ": the xz stream is damaged",
				      number);
	}
}

/* Copies or unpacks a block into malloc'd memory. */
static int block_load(const struct bundle *bundle, uint32_t number, const struct block *block,
		      uint8_t **ret_data)
{
	_cleanup_memory_ uint8_t *data = malloc(block->unpacked_size ? block->unpacked_size : 1);
	int err = 0;

	if (!data)
		return log_error(bundle->log, -ENOMEM,
				 "block %" PRIu32 ": no memory for its %" PRIu32 " bytes", number,
				 block->unpacked_size);
	mapping_read_ahead(bundle->data + block->offset, block->stored_size);
	if (block->codec == COREBTF_CODEC_RAW)
		memcpy(data, bundle->data + block->offset, block->unpacked_size);
	else
		err = unpack_xz(bundle, number, block, data);
	if (err)
		return err;
	*ret_data = data;
	data = NULL;
	return 0;
}

static int check_content(const struct bundle *bundle, uint32_t number, const struct blob *blob,
			 const uint8_t *data)
{
	uint32_t sum = (uint32_t)crc32_z(0, data, blob->size);

	if (sum != blob->content)
		return bundle_damaged(bundle,
				      "blob %" PRIu32 ": the BTF's checksum is %08" PRIx32
				      ", stored is %08" PRIx32,
				      number, sum, blob->content);
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
	bytes = bundle->data + block.offset;
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
	err = check_content(bundle, number, &blob, bytes);
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
		bytes = bundle->data + block.offset;
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
				err = check_content(bundle, blobs[j], &blob, bytes + blob.offset);
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
