/* SPDX-License-Identifier: MIT */
/*
 * In: the bytes of .BTF.ext. Out: the sections of one of its tables, checked to lie inside it.
 */
#include <linux/btf.h>

#include "embedder/relo/btf_ext.h"

static const struct {
	const char *name;
	uint32_t header_offset;	  /* of the table's offset and length in the header */
	uint32_t record_size_min; /* what readers need; newer records may be longer */
} tables[BTF_EXT_TABLES] = {
	[BTF_EXT_FUNCTIONS] = {"functions", 8, 8},
	[BTF_EXT_LINES] = {"lines", 16, 16},
	[BTF_EXT_CORE_RELOS] = {"relocations", 24, 16},
};

static uint32_t read_u32(const unsigned char *bytes, bool swapped)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return swapped ? bswap_32(value) : value;
}

static uint32_t take_u32(struct btf_ext_reader *reader)
{
	uint32_t value = read_u32(reader->position, reader->swapped);

	reader->position += sizeof(value);
	reader->left -= sizeof(value);
	return value;
}

/* The header's length; 0 or an error. */
static int read_header(struct btf_ext_reader *reader, const unsigned char *bytes, size_t size,
		       uint32_t *ret_header_size, struct reason *why)
{
	uint16_t magic;

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
	*ret_header_size = read_u32(bytes + 4, reader->swapped);
	if (*ret_header_size < 8 || *ret_header_size > size)
		return reason_set(why, -EBADMSG, ".BTF.ext: a header of %u bytes in %zu",
				  *ret_header_size, size);
	return 0;
}

int btf_ext_reader_open(struct btf_ext_reader *reader, enum btf_ext_table table, const void *ext,
			size_t size, struct reason *why)
{
	uint32_t place = tables[table].header_offset, header_size = 0, offset, length;
	const char *name = tables[table].name;
	const unsigned char *bytes = ext;
	int err;

	*reader = (struct btf_ext_reader){0};
	err = read_header(reader, bytes, size, &header_size, why);
	if (err)
		return err;
	if (header_size < place + 8)
		return 0; /* an older header, without this table */
	offset = read_u32(bytes + place, reader->swapped);
	length = read_u32(bytes + place + 4, reader->swapped);
	if (!length)
		return 0;
	if ((uint64_t)header_size + offset + length > size)
		return reason_set(why, -EBADMSG, ".BTF.ext: %s at %u + %u are past the end (%zu)",
				  name, offset, length, size - header_size);
	if (length < 4)
		return reason_set(why, -EBADMSG, ".BTF.ext: %s of %u bytes", name, length);
	reader->position = bytes + header_size + offset;
	reader->left = length;
	reader->record_size = take_u32(reader);
	if (reader->record_size < tables[table].record_size_min || reader->record_size % 4)
		return reason_set(why, -EBADMSG, ".BTF.ext: %s in records of %u bytes", name,
				  reader->record_size);
	return 0;
}

int btf_ext_reader_next(struct btf_ext_reader *reader, struct btf_ext_section *ret_section,
			struct reason *why)
{
	uint64_t size;

	if (!reader->left)
		return 0;
	if (reader->left < 8)
		return reason_set(why, -EBADMSG, ".BTF.ext: %zu bytes after the last record",
				  reader->left);
	ret_section->name = take_u32(reader);
	ret_section->count = take_u32(reader);
	ret_section->record_size = reader->record_size;
	ret_section->records = reader->position;
	size = (uint64_t)ret_section->count * reader->record_size;
	if (size > reader->left)
		return reason_set(why, -EBADMSG, ".BTF.ext: %u records do not fit in %zu bytes",
				  ret_section->count, reader->left);
	reader->position += size;
	reader->left -= size;
	return 1;
}
