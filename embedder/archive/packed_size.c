/* SPDX-License-Identifier: MIT */
/*
 * Each packing has its size in another place; libarchive does not read it.
 */
#include "embedder/archive/packed_size.h"

#include <lzma.h>
#include <string.h>

#include "embedder/archive/packed_codec.h"

/* The index of a stream has a few bytes for each block; this is for some hundred thousand. */
#define INDEX_MEMORY_MAX (UINT64_C(16) << 20)

static uint64_t little_endian(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = size; i-- > 0;)
		value = value << 8 | bytes[i];
	return value;
}

static bool starts_with(const struct packed_codec *codec, const uint8_t *bytes, size_t size)
{
	return size >= codec->magic_size && memcmp(bytes, codec->magic, codec->magic_size) == 0;
}

/* Of a file with one stream in it; where there are several, only the last index is found. */
static uint64_t xz_size(const uint8_t *bytes, size_t size)
{
	uint64_t memory = INDEX_MEMORY_MAX, result = 0;
	lzma_index *index = NULL;
	lzma_stream_flags flags;
	size_t position = 0;

	while (size >= 4 && little_endian(bytes + size - 4, 4) == 0)
		size -= 4; /* padding */
	if (size < 2 * LZMA_STREAM_HEADER_SIZE ||
	    lzma_stream_footer_decode(&flags, bytes + size - LZMA_STREAM_HEADER_SIZE) != LZMA_OK)
		return 0;
	size -= LZMA_STREAM_HEADER_SIZE;
	if (flags.backward_size > size)
		return 0;
	if (lzma_index_buffer_decode(&index, &memory, NULL, bytes + size - flags.backward_size,
				     &position, flags.backward_size) != LZMA_OK)
		return 0;
	if (lzma_index_file_size(index) == size + LZMA_STREAM_HEADER_SIZE)
		result = lzma_index_uncompressed_size(index);
	lzma_index_end(index, NULL);
	return result;
}

/* RFC 8878, 3.1.1.1: magic, descriptor, window (unless a single segment), dictionary, size. */
static uint64_t zstd_size(const uint8_t *bytes, size_t size)
{
	static const size_t id_sizes[] = {0, 1, 2, 4}, size_sizes[] = {0, 2, 4, 8};
	size_t offset, field;
	bool single;

	if (size < 5)
		return 0;
	single = bytes[4] & 0x20;
	offset = 5 + (single ? 0 : 1) + id_sizes[bytes[4] & 3];
	field = bytes[4] >> 6 == 0 && single ? 1 : size_sizes[bytes[4] >> 6];
	if (!field || size < offset + field)
		return 0;
	return little_endian(bytes + offset, field) + (field == 2 ? 256 : 0);
}

uint64_t packed_size(const void *packed, size_t size)
{
	const uint8_t *bytes = packed;

	if (starts_with(&packed_xz, bytes, size))
		return xz_size(bytes, size);
	if (starts_with(&packed_gzip, bytes, size) && size >= 18)
		return little_endian(bytes + size - 4, 4);
	if (starts_with(&packed_zstd, bytes, size))
		return zstd_size(bytes, size);
	return 0;
}
