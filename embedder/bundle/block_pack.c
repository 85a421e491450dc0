/* SPDX-License-Identifier: MIT */
/*
 * Raw: one block with all blobs, each at a multiple of 8, so that the runtime uses them in place.
 * xz: a block is filled until the next blob would make it too large; each block is one .xz stream.
 *
 * A block has several blobs because the BTFs of one kernel series are nearly equal and are stored
 * once in a common stream. All blobs are not in one stream because a program would then unpack all
 * of them at its start for the one it needs.
 */
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/bundle/block_pack.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"

_Static_assert(COREBTF_MAX_BLOB_SIZE <= COREBTF_MAX_BLOCK_SIZE &&
		       BLOCK_PACK_TARGET_SIZE <= COREBTF_MAX_BLOCK_SIZE,
	       "every xz block is within the format's limit");

/* Assigns blobs to blocks. Sizes may pass the limits of the format here; the layout checks them. */
static void place_blobs(struct block_pack *pack, size_t blob_count, uint64_t target_size)
{
	for (size_t i = 0; i < blob_count; i++) {
		struct packed_block *block =
			pack->block_count ? &pack->blocks[pack->block_count - 1] : NULL;
		uint64_t offset = block ? corebtf_format_align(block->unpacked_size) : 0;

		if (!block || offset + pack->blobs[i]->size > target_size) {
			block = &pack->blocks[pack->block_count++];
			*block = (struct packed_block){.first_blob = i};
			offset = 0;
		}
		block->blob_count++;
		block->unpacked_size = offset + pack->blobs[i]->size;
		block->stored_size = block->unpacked_size;
		pack->places[i] = (struct packed_blob){.block = (uint32_t)(pack->block_count - 1),
						       .offset = offset};
	}
}

static void write_unpacked(const struct block_pack *pack, const struct packed_block *block,
			   uint8_t *destination)
{
	uint64_t end = 0;

	for (size_t i = block->first_blob; i < block->first_blob + block->blob_count; i++) {
		memset(destination + end, 0, pack->places[i].offset - end);
		memcpy(destination + pack->places[i].offset, pack->blobs[i]->data,
		       pack->blobs[i]->size);
		end = pack->places[i].offset + pack->blobs[i]->size;
	}
}

/*
 * No preset is used, since a newer liblzma could change it. BTF is 32-bit words and short names:
 * the position of a byte in its word predicts it better than the byte before (pb 2, lc 0), and with
 * lc 0 the decoder initialises 1.5 kB of literal state instead of 12.
 */
ssize_t block_pack_xz(const void *data, size_t size, void *out, size_t room)
{
	lzma_options_lzma settings = {
		.dict_size = BLOCK_PACK_DICTIONARY_SIZE,
		.lc = 0,
		.lp = 0,
		.pb = 2,
		.mode = LZMA_MODE_NORMAL,
		.nice_len = 64,
		.mf = LZMA_MF_BT4,
		.depth = 512,
	};
	lzma_filter filters[] = {{.id = LZMA_FILTER_LZMA2, .options = &settings},
				 {.id = LZMA_VLI_UNKNOWN}};
	size_t packed = 0;
	lzma_ret result;

	if (size < settings.dict_size)
		settings.dict_size =
			size < LZMA_DICT_SIZE_MIN ? LZMA_DICT_SIZE_MIN : (uint32_t)size;
	/* No integrity check in the stream: the bundle has its own. */
	result = lzma_stream_buffer_encode(filters, LZMA_CHECK_NONE, NULL, data, size, out, &packed,
					   room);
	switch (result) {
	case LZMA_OK:
		return (ssize_t)packed;
	case LZMA_BUF_ERROR:
		return 0;
	case LZMA_MEM_ERROR:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static int compress_block(const struct block_pack *pack, struct packed_block *block)
{
	_cleanup_free_ uint8_t *unpacked = malloc(block->unpacked_size);
	_cleanup_free_ uint8_t *stored = malloc(block->unpacked_size);
	ssize_t stored_size;

	if (!unpacked || !stored)
		return -ENOMEM;
	write_unpacked(pack, block, unpacked);
	/* One byte less room than the block has: one that does not shrink stays raw. */
	stored_size =
		block_pack_xz(unpacked, block->unpacked_size, stored, block->unpacked_size - 1);
	if (stored_size < 0)
		return (int)stored_size;
	if (stored_size == 0)
		return 0;
	block->codec = COREBTF_CODEC_XZ;
	block->stored_size = (uint64_t)stored_size;
	block->stored = TAKE_PTR(stored);
	return 0;
}

int block_pack_init(struct block_pack *pack, const struct bundle_blob *const *blobs,
		    size_t blob_count, enum bundle_compression compression, struct reason *why)
{
	bool xz = compression == BUNDLE_COMPRESSION_XZ;

	*pack = (struct block_pack){.blobs = blobs};
	/* At most one block for each blob. */
	pack->places = calloc(blob_count + 1, sizeof(*pack->places));
	pack->blocks = calloc(blob_count + 1, sizeof(*pack->blocks));
	if (!pack->places || !pack->blocks)
		return -ENOMEM;
	place_blobs(pack, blob_count, xz ? BLOCK_PACK_TARGET_SIZE : UINT64_MAX);
	for (size_t i = 0; xz && i < pack->block_count; i++) {
		int err = compress_block(pack, &pack->blocks[i]);

		if (err == -EIO)
			return reason_set(why, err, "liblzma cannot compress a block of %llu bytes",
					  (unsigned long long)pack->blocks[i].unpacked_size);
		if (err)
			return err;
	}
	return 0;
}

void block_pack_free(struct block_pack *pack)
{
	for (size_t i = 0; i < pack->block_count; i++)
		free(pack->blocks[i].stored);
	free(pack->blocks);
	free(pack->places);
	*pack = (struct block_pack){0};
}

void block_pack_write(const struct block_pack *pack, size_t block, void *destination)
{
	const struct packed_block *packed = &pack->blocks[block];

	if (packed->stored)
		memcpy(destination, packed->stored, packed->stored_size);
	else
		write_unpacked(pack, packed, destination);
}
