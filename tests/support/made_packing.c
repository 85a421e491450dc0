/* SPDX-License-Identifier: MIT */
/*
 * Packing as the kernel's build does it (scripts/Makefile.lib), with other code than the code under
 * test where a library has it; lz4's legacy format is written here.
 */
#include "tests/support/made_kernel.h"

#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "made_packing: %s\n", what);
	abort();
}

const char *made_packing_name(enum made_packing packing)
{
	static const char *const names[MADE_PACKINGS] = {"gzip", "xz",	"xz-x86", "lzma",
							 "zstd", "lz4", "bzip2"};

	return names[packing];
}

/* @window_bits: with 16 added, as gzip. */
static void pack_zlib(struct byte_buffer *out, int window_bits, const void *data, size_t size)
{
	z_stream stream = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
	size_t bound;

	require(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK,
		"zlib");
	bound = deflateBound(&stream, size);
	stream.next_out = byte_buffer_grow(out, bound);
	stream.avail_out = (uInt)bound;
	require(stream.next_out && deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib");
	out->size -= stream.avail_out;
	deflateEnd(&stream);
}

/* Small dictionaries: tests pack often, and the presets' large ones are slow. */
static void pack_lzma(struct byte_buffer *out, enum made_packing packing, const void *data,
		      size_t size)
{
	lzma_options_lzma options;
	lzma_filter filters[3] = {{.id = LZMA_FILTER_X86, .options = NULL}};
	size_t at = packing == MADE_XZ_X86 ? 1 : 0, bound = lzma_stream_buffer_bound(size) + 1000;
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_ret result;

	require(!lzma_lzma_preset(&options, 1), "lzma");
	options.dict_size = 1 << 16;
	filters[at] = (lzma_filter){.id = LZMA_FILTER_LZMA2, .options = &options};
	filters[at + 1] = (lzma_filter){.id = LZMA_VLI_UNKNOWN, .options = NULL};
	result = packing == MADE_LZMA ? lzma_alone_encoder(&stream, &options)
				      : lzma_stream_encoder(&stream, filters, LZMA_CHECK_CRC32);
	require(result == LZMA_OK, "lzma");
	stream.next_in = data;
	stream.avail_in = size;
	stream.next_out = byte_buffer_grow(out, bound);
	stream.avail_out = bound;
	require(stream.next_out && lzma_code(&stream, LZMA_FINISH) == LZMA_STREAM_END, "lzma");
	out->size -= stream.avail_out;
	lzma_end(&stream);
}

static void pack_by_libarchive(struct byte_buffer *out, int filter, const void *data, size_t size)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t bound = size + size / 64 + 4096, used = 0;
	void *room = byte_buffer_grow(out, bound);

	require(room && archive_write_add_filter(archive, filter) == ARCHIVE_OK &&
			archive_write_set_format_raw(archive) == ARCHIVE_OK &&
			archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
			archive_write_open_memory(archive, room, bound, &used) == ARCHIVE_OK,
		"libarchive: cannot open");
	archive_entry_set_pathname(entry, "vmlinux");
	archive_entry_set_filetype(entry, AE_IFREG);
	require(archive_write_header(archive, entry) == ARCHIVE_OK &&
			archive_write_data(archive, data, size) == (la_ssize_t)size &&
			archive_write_close(archive) == ARCHIVE_OK,
		"libarchive: cannot write");
	out->size -= bound - used;
	archive_entry_free(entry);
	archive_write_free(archive);
}

static void append_number(struct byte_buffer *out, uint32_t value)
{
	value = htole32(value);
	byte_buffer_append(out, &value, sizeof(value));
}

/*
 * A block of literals only: a token, their number, the literals.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
static void append_lz4_block(struct byte_buffer *out, const uint8_t *data, size_t size)
{
	size_t size_at = out->size, left;
	uint32_t block_size;

	append_number(out, 0);
	byte_buffer_append_u8(out, size < 15 ? (uint8_t)(size << 4) : 0xf0);
	if (size >= 15) {
		for (left = size - 15; left >= 255; left -= 255)
			byte_buffer_append_u8(out, 255);
		byte_buffer_append_u8(out, (uint8_t)left);
	}
	byte_buffer_append(out, data, size);
	block_size = htole32((uint32_t)(out->size - size_at - 4));
	memcpy(out->data + size_at, &block_size, sizeof(block_size));
}

static void pack_lz4(struct byte_buffer *out, const uint8_t *data, size_t size)
{
	const size_t block = (size_t)8 << 20; /* of all but the last one, in the legacy format */

	append_number(out, 0x184c2102);
	for (size_t at = 0; at < size; at += block)
		append_lz4_block(out, data + at, size - at < block ? size - at : block);
}

void made_pack(struct byte_buffer *out, enum made_packing packing, const void *data, size_t size)
{
	switch (packing) {
	case MADE_GZIP:
		pack_zlib(out, 15 + 16, data, size);
		return; /* has its size at its end */
	case MADE_ZSTD:
		pack_by_libarchive(out, ARCHIVE_FILTER_ZSTD, data, size);
		break;
	case MADE_BZIP2:
		pack_by_libarchive(out, ARCHIVE_FILTER_BZIP2, data, size);
		break;
	case MADE_LZ4:
		pack_lz4(out, data, size);
		break;
	default:
		pack_lzma(out, packing, data, size);
	}
	append_number(out, (uint32_t)size);
}

void made_pack_section(struct byte_buffer *out, unsigned int type, const void *data, size_t size)
{
	if (type == 1)
		pack_zlib(out, 15, data, size);
	else if (type == 2)
		pack_by_libarchive(out, ARCHIVE_FILTER_ZSTD, data, size);
	else
		byte_buffer_append(out, data, size);
}
