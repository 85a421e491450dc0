/* SPDX-License-Identifier: MIT */
/*
 * In: a section of an ELF file. Out: its bytes.
 *
 *	SHF_COMPRESSED	type, (64-bit: 4 unused bytes,) size, alignment, packed bytes; the last two
 *			numbers are as wide as the class
 *	.zdebug_*	"ZLIB", the size as 8 big-endian bytes, packed bytes
 *
 * Both say the unpacked size first. It is not believed past KERNEL_SECTION_RATIO.
 */
#include "embedder/image/kernel_section.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "embedder/archive/packed_stream.h"
#include "embedder/util/cleanup.h"

#ifndef ELFCOMPRESS_ZSTD
#define ELFCOMPRESS_ZSTD 2
#endif

#define OLD_MAGIC	"ZLIB"
#define OLD_HEADER_SIZE 12

/* zlib counts a buffer in an unsigned int. */
#define STEP_MAX ((size_t)1 << 30)

enum packing { PACKING_NONE, PACKING_ZLIB, PACKING_ZSTD };

struct packed {
	enum packing packing;
	const char *name;
	const uint8_t *data; /* after the header that says how it is packed */
	size_t size;
	uint64_t unpacked_size;
};

static bool has_old_name(const char *name)
{
	return strncmp(name, ".zdebug_", strlen(".zdebug_")) == 0;
}

static int refuse_damaged(const struct packed *packed, struct reason *why)
{
	return reason_set(why, -EBADMSG, "its packed section %s is damaged", packed->name);
}

static int refuse_size(const struct packed *packed, struct reason *why)
{
	return reason_set(why, -EBADMSG,
			  "its packed section %s does not unpack to the %llu bytes that its header "
			  "says",
			  packed->name, (unsigned long long)packed->unpacked_size);
}

static int read_old_header(struct packed *packed, struct reason *why)
{
	const struct elf_codec big_endian = {.is_64bit = true, .big_endian = true};

	if (packed->size < OLD_HEADER_SIZE || memcmp(packed->data, OLD_MAGIC, 4) != 0)
		return refuse_damaged(packed, why);
	packed->packing = PACKING_ZLIB;
	packed->unpacked_size = elf_codec_get_number(&big_endian, packed->data + 4, 8);
	packed->data += OLD_HEADER_SIZE;
	packed->size -= OLD_HEADER_SIZE;
	return 0;
}

static int read_header(const struct elf_codec *codec, struct packed *packed, struct reason *why)
{
	size_t word = elf_codec_word_size(codec), header_size = 3 * word;
	uint64_t type;

	if (packed->size < header_size)
		return refuse_damaged(packed, why);
	type = elf_codec_get_number(codec, packed->data, 4);
	if (type != ELFCOMPRESS_ZLIB && type != ELFCOMPRESS_ZSTD)
		return reason_set(why, -EOPNOTSUPP,
				  "its section %s is packed in a way that is not known (%u; 1 is "
				  "zlib, 2 is zstd)",
				  packed->name, (unsigned int)type);
	packed->packing = type == ELFCOMPRESS_ZLIB ? PACKING_ZLIB : PACKING_ZSTD;
	packed->unpacked_size = elf_codec_get_number(codec, packed->data + word, word);
	packed->data += header_size;
	packed->size -= header_size;
	return 0;
}

static int look(const struct elf_file *file, size_t index, struct packed *ret, struct reason *why)
{
	const Elf64_Shdr *section = &file->sections[index];
	struct packed packed = {
		.name = elf_file_section_name(file, index),
		.data = file->data + section->sh_offset,
		.size = section->sh_size,
		.unpacked_size = section->sh_size,
	};
	int err = 0;

	if (section->sh_type == SHT_NOBITS)
		return reason_set(
			why, -ENODATA,
			"its section %s has no bytes in this file (debug information that "
			"was split off?)",
			packed.name);
	if (!elf_section_has_bytes(section))
		return reason_set(why, -ENODATA, "its section %s is empty", packed.name);
	if (section->sh_flags & SHF_COMPRESSED)
		err = read_header(&file->codec, &packed, why);
	else if (has_old_name(packed.name))
		err = read_old_header(&packed, why);
	if (err)
		return err;
	if (packed.packing && packed.unpacked_size > KERNEL_SECTION_FREE &&
	    packed.unpacked_size / KERNEL_SECTION_RATIO > packed.size)
		return reason_set(
			why, -EFBIG,
			"its packed section %s of %zu bytes says that it unpacks to %llu, "
			"more than %d times as much (an archive bomb?)",
			packed.name, packed.size, (unsigned long long)packed.unpacked_size,
			KERNEL_SECTION_RATIO);
	if (packed.unpacked_size > SIZE_MAX / 2)
		return reason_set(why, -EFBIG, "its section %s unpacks to %llu bytes", packed.name,
				  (unsigned long long)packed.unpacked_size);
	*ret = packed;
	return 0;
}

int kernel_section_look(const struct elf_file *file, size_t index, uint64_t *ret_size,
			bool *ret_packed, struct reason *why)
{
	struct packed packed;
	int err = look(file, index, &packed, why);

	if (err)
		return err;
	*ret_size = packed.unpacked_size;
	*ret_packed = packed.packing != PACKING_NONE;
	return 0;
}

/* --- unpacking -------------------------------------------------------------------------------- */

static void cleanup_stream(struct packed_stream **stream)
{
	packed_stream_close(*stream);
}

/* The stream is read to its end, where its checksum is. */
static ssize_t read_zstd(struct packed_stream *stream, const struct packed *packed, uint8_t *memory,
			 struct reason *why)
{
	ssize_t count = packed_stream_read(stream, memory, (size_t)packed->unpacked_size, why);
	ssize_t more = 0;
	uint8_t byte;

	if (count >= 0 && (uint64_t)count == packed->unpacked_size)
		more = packed_stream_read(stream, &byte, 1, why);
	return more < 0 ? more : count + more;
}

static int unpack_zstd(const struct packed *packed, uint8_t *memory, struct reason *why)
{
	_cleanup_(cleanup_stream) struct packed_stream *stream = NULL;
	struct packed_memory bytes = {packed->data, packed->size};
	struct packed_source source = {packed_memory_read, &bytes};
	struct reason inner = {""};
	ssize_t count = packed_stream_open(&source, &stream, &inner);

	if (!count)
		count = read_zstd(stream, packed, memory, &inner);
	if (count < 0)
		return reason_set(why, (int)count, "its packed section %s: %s", packed->name,
				  inner.text);
	return (uint64_t)count == packed->unpacked_size ? 0 : refuse_size(packed, why);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Leaves no packed byte over and no byte of @memory unwritten. `ld -r` puts packed sections one
 * behind the other, each of which ends with its own checksum. */
static int inflate_all(z_stream *stream, const struct packed *packed, uint8_t *memory,
		       struct reason *why)
{
	size_t in = 0, out = 0, size = (size_t)packed->unpacked_size;
	int status = Z_OK;

	while (status == Z_OK) {
		uint8_t none;

		stream->next_in = (Bytef *)packed->data + in;
		stream->avail_in = (uInt)smaller(packed->size - in, STEP_MAX);
		stream->next_out = out < size ? memory + out : &none;
		stream->avail_out = (uInt)smaller(size - out, STEP_MAX);
		status = inflate(stream, Z_NO_FLUSH);
		in = (size_t)(stream->next_in - packed->data);
		if (out < size)
			out = (size_t)(stream->next_out - memory);
		if (status == Z_STREAM_END && in < packed->size)
			status = inflateReset(stream);
	}
	if (status == Z_STREAM_END && out == size)
		return 0;
	return status == Z_STREAM_END || (status == Z_BUF_ERROR && out == size)
		       ? refuse_size(packed, why)
		       : refuse_damaged(packed, why);
}

static int unpack_zlib(const struct packed *packed, uint8_t *memory, struct reason *why)
{
	z_stream stream = {0};
	int err;

	if (inflateInit(&stream) != Z_OK)
		return reason_errno(why, -ENOMEM, "cannot unpack its sections");
	err = inflate_all(&stream, packed, memory, why);
	inflateEnd(&stream);
	return err;
}

int kernel_section_read(const struct elf_file *file, size_t index, struct kernel_section *ret,
			struct reason *why)
{
	_cleanup_free_ uint8_t *memory = NULL;
	struct packed packed;
	int err = look(file, index, &packed, why);

	if (err)
		return err;
	if (!packed.packing) {
		*ret = (struct kernel_section){.data = packed.data, .size = packed.size};
		return 0;
	}
	if (!packed.unpacked_size)
		return reason_set(why, -ENODATA, "its section %s is empty", packed.name);
	memory = malloc((size_t)packed.unpacked_size);
	if (!memory)
		return reason_set(why, -ENOMEM, "cannot unpack its section %s: %s", packed.name,
				  strerror(ENOMEM));
	err = packed.packing == PACKING_ZLIB ? unpack_zlib(&packed, memory, why)
					     : unpack_zstd(&packed, memory, why);
	if (err)
		return err;
	ret->memory = TAKE_PTR(memory);
	ret->data = ret->memory;
	ret->size = (size_t)packed.unpacked_size;
	return 0;
}

void kernel_section_release(struct kernel_section *section)
{
	free(section->memory);
	*section = (struct kernel_section){0};
}
