/* SPDX-License-Identifier: MIT */
/*
 * In: the bytes of .BTF.ext, untrusted, of either byte order. Out: its CO-RE relocations.
 */
#include <byteswap.h>
#include <linux/btf.h>

#include "embedder/relo/core_relo.h"

#define HEADER_SIZE_WITH_CORE_RELO 32
#define RECORD_SIZE_MIN		   16

static const char *const kind_names[CORE_RELO_KINDS] = {
	[CORE_RELO_FIELD_BYTE_OFFSET] = "field byte offset",
	[CORE_RELO_FIELD_BYTE_SIZE] = "field byte size",
	[CORE_RELO_FIELD_EXISTS] = "field exists",
	[CORE_RELO_FIELD_SIGNED] = "field signedness",
	[CORE_RELO_FIELD_LSHIFT_U64] = "bit-field left shift",
	[CORE_RELO_FIELD_RSHIFT_U64] = "bit-field right shift",
	[CORE_RELO_TYPE_ID_LOCAL] = "local type id",
	[CORE_RELO_TYPE_ID_TARGET] = "target type id",
	[CORE_RELO_TYPE_EXISTS] = "type exists",
	[CORE_RELO_TYPE_SIZE] = "type size",
	[CORE_RELO_ENUMVAL_EXISTS] = "enumerator exists",
	[CORE_RELO_ENUMVAL_VALUE] = "enumerator value",
	[CORE_RELO_TYPE_MATCHES] = "type matches",
};

const char *core_relo_kind_name(enum core_relo_kind kind)
{
	return kind < CORE_RELO_KINDS ? kind_names[kind] : "unknown relocation";
}

static uint32_t read_u32(const unsigned char *bytes, bool swapped)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return swapped ? bswap_32(value) : value;
}

static uint32_t take_u32(struct core_relo_reader *reader)
{
	uint32_t value = read_u32(reader->position, reader->swapped);

	reader->position += sizeof(value);
	reader->left -= sizeof(value);
	return value;
}

int core_relo_reader_open(struct core_relo_reader *reader, const void *ext, size_t size,
			  struct reason *why)
{
	const unsigned char *bytes = ext;
	uint32_t header_size, offset, length;
	uint16_t magic;

	*reader = (struct core_relo_reader){0};
	if (size < 8)
		return reason_set(why, -EBADMSG, ".BTF.ext: %zu bytes are too few for a header",
				  size);
	memcpy(&magic, bytes, sizeof(magic));
	if (magic != BTF_MAGIC && magic != bswap_16(BTF_MAGIC))
		return reason_set(why, -EBADMSG, ".BTF.ext: it starts with 0x%02x%02x", bytes[0],
				  bytes[1]);
	if (bytes[2] != BTF_VERSION)
		return reason_set(why, -EOPNOTSUPP, ".BTF.ext: version %u is not known", bytes[2]);
	reader->swapped = magic != BTF_MAGIC;
	header_size = read_u32(bytes + 4, reader->swapped);
	if (header_size < 8 || header_size > size)
		return reason_set(why, -EBADMSG, ".BTF.ext: a header of %u bytes in %zu",
				  header_size, size);
	if (header_size < HEADER_SIZE_WITH_CORE_RELO)
		return 0; /* from before CO-RE */
	offset = read_u32(bytes + 24, reader->swapped);
	length = read_u32(bytes + 28, reader->swapped);
	if (!length)
		return 0;
	if ((uint64_t)header_size + offset + length > size)
		return reason_set(why, -EBADMSG,
				  ".BTF.ext: relocations at %u + %u are past the end (%zu)", offset,
				  length, size - header_size);
	if (length < 4)
		return reason_set(why, -EBADMSG, ".BTF.ext: relocations of %u bytes", length);
	reader->position = bytes + header_size + offset;
	reader->left = length;
	reader->record_size = take_u32(reader);
	if (reader->record_size < RECORD_SIZE_MIN || reader->record_size % 4)
		return reason_set(why, -EBADMSG, ".BTF.ext: relocation records of %u bytes",
				  reader->record_size);
	return 0;
}

int core_relo_reader_next(struct core_relo_reader *reader, struct core_relo *ret_relo,
			  struct reason *why)
{
	while (!reader->in_section) {
		if (!reader->left)
			return 0;
		if (reader->left < 8)
			return reason_set(why, -EBADMSG,
					  ".BTF.ext: %zu bytes after the last relocation",
					  reader->left);
		take_u32(reader); /* the section's name plays no part */
		reader->in_section = take_u32(reader);
		if ((uint64_t)reader->in_section * reader->record_size > reader->left)
			return reason_set(why, -EBADMSG,
					  ".BTF.ext: %u relocations do not fit in %zu bytes",
					  reader->in_section, reader->left);
	}
	reader->in_section--;
	*ret_relo = (struct core_relo){
		.instruction_offset = read_u32(reader->position, reader->swapped),
		.type_id = read_u32(reader->position + 4, reader->swapped),
		.access_offset = read_u32(reader->position + 8, reader->swapped),
		.kind = read_u32(reader->position + 12, reader->swapped),
	};
	reader->position += reader->record_size;
	reader->left -= reader->record_size;
	return 1;
}
