/* SPDX-License-Identifier: MIT */
/*
 * Bytes in, a view out in which every table is where the header says and inside the bundle.
 *
 * Opening reads only the header. bundle_check_tables() checks the tables' checksum; here it would
 * make the time of a lookup depend on the number of kernels.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/bundle/bundle.h"
#include "runtime/bundle/checksum.h"
#include "runtime/bundle/differences.h"
#include "runtime/bundle/unpack.h"
#include "runtime/util/mapping.h"

int bundle_damaged(const struct bundle *bundle, const char *format, ...)
{
	char text[512];
	va_list arguments;

	if (log_is_on(bundle->log)) {
		va_start(arguments, format);
		vsnprintf(text, sizeof(text), format, arguments);
		va_end(arguments);
		log_error(bundle->log, -EBADMSG, "bundle %" PRIu32 " at offset %" PRIu64 ": %s",
			  bundle->number, bundle->position, text);
	}
	return -EBADMSG;
}

static void decode_header(struct bundle *bundle)
{
	struct corebtf_format_header *header = &bundle->header;

	memcpy(header->magic, bundle->data, COREBTF_MAGIC_SIZE);
#define DECODE(member)                                                                             \
	header->member = BUNDLE_MEMBER(bundle, bundle->data, struct corebtf_format_header, member)
	DECODE(byte_order);
	DECODE(version);
	DECODE(header_size);
	DECODE(size);
	DECODE(features);
	DECODE(hints);
	DECODE(entry_count);
	DECODE(blob_count);
	DECODE(block_count);
	DECODE(object_count);
	DECODE(entry_size);
	DECODE(blob_size);
	DECODE(block_size);
	DECODE(object_size);
	DECODE(entries_offset);
	DECODE(blobs_offset);
	DECODE(blocks_offset);
	DECODE(objects_offset);
	DECODE(strings_offset);
	DECODE(strings_size);
	DECODE(data_offset);
	DECODE(packed_tables_size);
	DECODE(reserved);
	DECODE(tables_checksum);
	DECODE(header_checksum);
#undef DECODE
}

static int check_record_size(const struct bundle *bundle, const char *table, uint16_t size,
			     size_t known)
{
	if (size >= known && size % sizeof(uint32_t) == 0)
		return 0;
	return bundle_damaged(bundle, "header: %s of %u bytes", table, size);
}

/* Where the data starts, and packed tables before it. */
static int check_data(const struct bundle *bundle)
{
	const struct corebtf_format_header *header = &bundle->header;

	if (header->data_offset % COREBTF_ALIGNMENT || header->data_offset < header->header_size ||
	    header->data_offset > header->size)
		return bundle_damaged(bundle,
				      "header: data at offset %" PRIu32 " of %" PRIu32 " bytes",
				      header->data_offset, header->size);
	if (bundle_is_packed(bundle) != (header->packed_tables_size != 0) ||
	    header->packed_tables_size > header->data_offset - header->header_size)
		return bundle_damaged(bundle, "header: %" PRIu32 " bytes of packed tables",
				      header->packed_tables_size);
	return 0;
}

/* Checks the header's numbers: limits, and tables in order, aligned and inside the bundle. */
static int check_layout(const struct bundle *bundle)
{
	const struct corebtf_format_header *header = &bundle->header;
	const struct {
		const char *name;
		uint32_t offset;
		uint64_t size;
	} tables[] = {
		{"entries", header->entries_offset,
		 (uint64_t)header->entry_count * header->entry_size},
		{"blob records", header->blobs_offset,
		 (uint64_t)header->blob_count * header->blob_size},
		{"block records", header->blocks_offset,
		 (uint64_t)header->block_count * header->block_size},
		{"object records", header->objects_offset,
		 (uint64_t)header->object_count * header->object_size},
		{"strings", header->strings_offset, header->strings_size},
	};
	uint64_t limit = bundle_is_packed(bundle) ? COREBTF_MAX_PACKED_TABLES : header->data_offset;
	uint64_t end = header->header_size;
	int err;

	if (header->reserved)
		return bundle_damaged(bundle, "header: reserved bytes are not zero");
	if (header->entry_count > COREBTF_MAX_ENTRIES)
		return bundle_damaged(bundle, "header: %" PRIu32 " entries are more than %" PRIu32,
				      header->entry_count, COREBTF_MAX_ENTRIES);
	if (header->object_count > COREBTF_MAX_OBJECTS)
		return bundle_damaged(bundle, "header: %" PRIu32 " objects are more than %" PRIu32,
				      header->object_count, COREBTF_MAX_OBJECTS);
	if (header->strings_size > COREBTF_MAX_STRINGS_SIZE)
		return bundle_damaged(bundle,
				      "header: %" PRIu32 " bytes of strings are more than %" PRIu32,
				      header->strings_size, COREBTF_MAX_STRINGS_SIZE);
	err = check_record_size(bundle, "entries", header->entry_size,
				sizeof(struct corebtf_format_entry));
	if (!err)
		err = check_record_size(bundle, "blob records", header->blob_size,
					sizeof(struct corebtf_format_blob));
	if (!err)
		err = check_record_size(bundle, "block records", header->block_size,
					sizeof(struct corebtf_format_block));
	if (!err)
		err = check_record_size(bundle, "object records", header->object_size,
					sizeof(struct corebtf_format_object));
	if (err)
		return err;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (tables[i].offset % COREBTF_ALIGNMENT)
			return bundle_damaged(
				bundle, "header: %s at offset %" PRIu32 ", not a multiple of %d",
				tables[i].name, tables[i].offset, COREBTF_ALIGNMENT);
		if (tables[i].offset < end)
			return bundle_damaged(bundle,
					      "header: %s at offset %" PRIu32
					      ", before the end of what precedes it (%" PRIu64 ")",
					      tables[i].name, tables[i].offset, end);
		end = tables[i].offset + tables[i].size;
		if (end > limit)
			return bundle_damaged(bundle,
					      "header: %s end at %" PRIu64
					      ", past the end of the tables (%" PRIu64 ")",
					      tables[i].name, end, limit);
	}
	return check_data(bundle);
}

static int unpack_tables(struct bundle *bundle)
{
	const struct corebtf_format_header *header = &bundle->header;
	size_t end = bundle_tables_end(bundle), start = header->header_size;
	char what[96];
	int err = bundle_check_tables(bundle);

	if (err)
		return err;
	bundle->unpacked = malloc(end);
	if (!bundle->unpacked)
		return log_error(bundle->log, -ENOMEM, "no memory for tables of %zu bytes", end);
	memcpy(bundle->unpacked, bundle->data, start);
	snprintf(what, sizeof(what), "bundle %" PRIu32 " at offset %" PRIu64 ": tables",
		 bundle->number, bundle->position);
	err = unpack_xz(bundle->log, what, bundle->data + start, header->packed_tables_size,
			bundle->unpacked + start, end - start);
	if (err) {
		bundle_close(bundle);
		return err;
	}
	differences_add(bundle->unpacked, header, bundle->swapped);
	bundle->tables = bundle->unpacked;
	return 0;
}

int bundle_open(struct bundle *bundle, const uint8_t *data, size_t available)
{
	struct corebtf_format_header *header = &bundle->header;
	uint32_t byte_order, sum;
	int err;

	bundle->data = bundle->tables = data;
	bundle->unpacked = NULL;
	bundle->swapped = false;
	bundle->tables_checked = false;
	if (available < COREBTF_MAGIC_SIZE || memcmp(data, COREBTF_MAGIC, COREBTF_MAGIC_SIZE) != 0)
		return bundle_damaged(bundle, "neither a bundle nor zero bytes");
	if (available < sizeof(*header))
		return bundle_damaged(bundle, "header: cut off after %zu of %zu bytes", available,
				      sizeof(*header));
	byte_order = BUNDLE_MEMBER(bundle, data, struct corebtf_format_header, byte_order);
	if (byte_order != COREBTF_BYTE_ORDER) {
		if (byte_order != __builtin_bswap32(COREBTF_BYTE_ORDER))
			return bundle_damaged(bundle,
					      "header: %#010" PRIx32 " is no mark of a byte order",
					      byte_order);
		bundle->swapped = true;
	}
	decode_header(bundle);

	/* "Newer" is checked before "damaged": a later version may use these offsets differently.
	 */
	if (header->version > COREBTF_FORMAT_VERSION)
		return log_error(bundle->log, -EOPNOTSUPP,
				 "bundle %" PRIu32 " at offset %" PRIu64
				 ": format version %u is newer than this reader's (%u)",
				 bundle->number, bundle->position, header->version,
				 COREBTF_FORMAT_VERSION);
	if (header->version < COREBTF_FORMAT_VERSION)
		return bundle_damaged(bundle, "header: format version %u, not %u; embed again",
				      header->version, COREBTF_FORMAT_VERSION);
	sum = checksum_add(0, data, offsetof(struct corebtf_format_header, header_checksum));
	if (sum != header->header_checksum)
		return bundle_damaged(bundle,
				      "header: its checksum is %08" PRIx32 ", stored is %08" PRIx32,
				      sum, header->header_checksum);
	if (header->features & ~COREBTF_FEATURES_KNOWN)
		return log_error(bundle->log, -EOPNOTSUPP,
				 "bundle %" PRIu32 " at offset %" PRIu64
				 ": needs features (%#" PRIx32 ") that this reader does not know",
				 bundle->number, bundle->position,
				 header->features & ~COREBTF_FEATURES_KNOWN);
	if (header->header_size < sizeof(*header))
		return bundle_damaged(bundle, "header: its size is %u bytes, less than %zu",
				      header->header_size, sizeof(*header));
	if (header->size % COREBTF_ALIGNMENT)
		return bundle_damaged(bundle, "header: size %" PRIu32 " is not a multiple of %d",
				      header->size, COREBTF_ALIGNMENT);
	if (header->size > available)
		return bundle_damaged(bundle, "cut off after %zu of %" PRIu32 " bytes", available,
				      header->size);
	err = check_layout(bundle);
	if (!err && bundle_is_packed(bundle))
		err = unpack_tables(bundle);
	return err;
}

void bundle_close(struct bundle *bundle)
{
	free(bundle->unpacked);
	bundle->unpacked = NULL;
}

size_t bundle_tables_end(const struct bundle *bundle)
{
	size_t end = (size_t)bundle->header.strings_offset + bundle->header.strings_size;

	return (end + COREBTF_ALIGNMENT - 1) & ~(size_t)(COREBTF_ALIGNMENT - 1);
}

size_t bundle_padding(const uint8_t *data, size_t size)
{
	size_t length = 0;

	while (size - length >= sizeof(uint64_t) &&
	       !bytes_load(data + length, sizeof(uint64_t), false))
		length += sizeof(uint64_t);
	if (size - length < sizeof(uint64_t)) {
		size_t tail = length;

		while (tail < size && !data[tail])
			tail++;
		if (tail == size)
			length = size;
	}
	return length;
}

int bundle_check_tables(struct bundle *bundle)
{
	const size_t start = sizeof(struct corebtf_format_header);
	uint32_t sum;

	if (bundle->tables_checked)
		return 0;
	mapping_read_ahead(bundle->data + start, bundle->header.data_offset - start);
	sum = checksum_add(0, bundle->data + start, bundle->header.data_offset - start);
	if (sum != bundle->header.tables_checksum)
		return bundle_damaged(
			bundle, "tables: their checksum is %08" PRIx32 ", stored is %08" PRIx32,
			sum, bundle->header.tables_checksum);
	bundle->tables_checked = true;
	return 0;
}

bool bundle_is_big_endian(const struct bundle *bundle)
{
	return BYTES_HOST_IS_BIG_ENDIAN != bundle->swapped;
}

const char *bundle_string(const struct bundle *bundle, uint32_t offset)
{
	const uint8_t *strings = bundle->tables + bundle->header.strings_offset;

	if (offset >= bundle->header.strings_size ||
	    !memchr(strings + offset, '\0', bundle->header.strings_size - offset))
		return NULL;
	return (const char *)strings + offset;
}

static const uint8_t *record(const struct bundle *bundle, uint32_t table, uint32_t number,
			     uint16_t size)
{
	return bundle->tables + table + (size_t)number * size;
}

const uint8_t *bundle_entry_record(const struct bundle *bundle, uint32_t number)
{
	return record(bundle, bundle->header.entries_offset, number, bundle->header.entry_size);
}

const uint8_t *bundle_blob_record(const struct bundle *bundle, uint32_t number)
{
	return record(bundle, bundle->header.blobs_offset, number, bundle->header.blob_size);
}

const uint8_t *bundle_block_record(const struct bundle *bundle, uint32_t number)
{
	return record(bundle, bundle->header.blocks_offset, number, bundle->header.block_size);
}

const uint8_t *bundle_object_record(const struct bundle *bundle, uint32_t number)
{
	return record(bundle, bundle->header.objects_offset, number, bundle->header.object_size);
}

uint32_t bundle_record_sum(const uint8_t *record, uint16_t size)
{
	return checksum_add(0, record, size - sizeof(uint32_t));
}

int bundle_check_sum(const struct bundle *bundle, const char *kind, uint32_t number,
		     const uint8_t *record, uint16_t size, uint32_t sum)
{
	uint32_t stored = (uint32_t)bytes_load(record + size - sizeof(uint32_t), sizeof(uint32_t),
					       bundle->swapped);

	if (sum == stored || bundle_is_packed(bundle))
		return 0;
	return bundle_damaged(bundle,
			      "%s %" PRIu32 ": its checksum is %08" PRIx32 ", stored is %08" PRIx32,
			      kind, number, sum, stored);
}
