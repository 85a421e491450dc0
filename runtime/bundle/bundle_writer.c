/* SPDX-License-Identifier: MIT */
/*
 *	entries --> sorted by hash and key
 *	strings --> each once, sorted           (string_table.h)
 *	        --> offset of each table --> records --> checksums
 *
 * Tables that are to be packed are written without hashes and checksums, replaced by their
 * differences, and packed. The offsets of blocks count from the end of the tables, so they are the
 * same in both ways.
 *
 * Every number is counted in 64 bits first and compared with the format's limits before any byte
 * is written; after that it fits its field.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/bundle/differences.h"
#include "runtime/bundle/string_table.h"
#include "runtime/bundle/format.h"

#define STRINGS_OF_ENTRY 5

struct writer {
	struct bundle_parts *parts;
	bool swap; /* the bundle's byte order is not this host's */
	bool pack;
	struct string_table strings;
	/* Offsets from the start of the bundle, with unpacked tables. */
	uint64_t entries, blobs, blocks, objects, string_bytes, tables_end;
	uint8_t *tables; /* with room for the header before them */
	uint8_t *packed;
	uint64_t packed_size;
	uint64_t data, size;
	uint8_t *bytes;
};

static uint16_t order16(const struct writer *writer, uint16_t value)
{
	return writer->swap ? __builtin_bswap16(value) : value;
}

static uint32_t order32(const struct writer *writer, uint64_t value)
{
	return writer->swap ? __builtin_bswap32((uint32_t)value) : (uint32_t)value;
}

static uint64_t order64(const struct writer *writer, uint64_t value)
{
	return writer->swap ? __builtin_bswap64(value) : value;
}

static int check_limit(const char *what, uint64_t count, uint64_t limit,
		       struct bundle_excess *ret_excess)
{
	if (count <= limit)
		return 0;
	*ret_excess = (struct bundle_excess){what, count, limit};
	return -EFBIG;
}

/* ---- order ---- */

static int compare_entries(const void *a, const void *b, void *context)
{
	const struct index_entry *left = a, *right = b;
	const struct writer *writer = context;
	int order;

	if (!writer->pack && left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	order = strcmp(left->id.release, right->id.release);
	if (!order)
		order = strcmp(left->id.machine, right->id.machine);
	if (!order)
		order = strcmp(left->id.os_id, right->id.os_id);
	if (!order)
		order = strcmp(left->id.version_id, right->id.version_id);
	if (!order)
		order = strcmp(left->id.uname_version, right->id.uname_version);
	if (!order && left->id.build_id_size != right->id.build_id_size)
		order = left->id.build_id_size < right->id.build_id_size ? -1 : 1;
	if (!order && left->id.build_id_size)
		order = memcmp(left->id.build_id, right->id.build_id, left->id.build_id_size);
	return order ? order : (left->blob > right->blob) - (left->blob < right->blob);
}

static void sort_entries(struct writer *writer)
{
	struct bundle_parts *parts = writer->parts;

	for (size_t i = 0; i < parts->entry_count; i++)
		parts->entries[i].hash = corebtf_format_hash(parts->entries[i].id.release,
							     parts->entries[i].id.machine);
	if (parts->entry_count) /* qsort() must not get NULL */
		qsort_r(parts->entries, parts->entry_count, sizeof(*parts->entries),
			compare_entries, writer);
}

static int compare_objects(const void *a, const void *b)
{
	const struct index_object *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : (left->digest > right->digest) - (left->digest < right->digest);
}

static void strings_of_entry(const struct index_entry *entry,
			     const char *strings[static STRINGS_OF_ENTRY])
{
	strings[0] = entry->id.release;
	strings[1] = entry->id.machine;
	strings[2] = entry->id.os_id;
	strings[3] = entry->id.version_id;
	strings[4] = entry->id.uname_version;
}

static int collect_strings(struct writer *writer)
{
	const struct bundle_parts *parts = writer->parts;
	int err = string_table_init(&writer->strings,
				    parts->entry_count * STRINGS_OF_ENTRY + parts->object_count);

	if (err)
		return err;
	for (size_t i = 0; i < parts->entry_count; i++) {
		const char *strings[STRINGS_OF_ENTRY];

		strings_of_entry(&parts->entries[i], strings);
		for (size_t k = 0; k < STRINGS_OF_ENTRY; k++)
			string_table_add(&writer->strings, strings[k]);
	}
	for (size_t i = 0; i < parts->object_count; i++)
		string_table_add(&writer->strings, parts->objects[i].name);
	return string_table_finish(&writer->strings);
}

/* ---- place ---- */

static int place_tables(struct writer *writer, struct bundle_excess *ret_excess)
{
	struct bundle_parts *parts = writer->parts;
	uint64_t end = 0;

	for (size_t i = 0; i < parts->block_count; i++) {
		parts->blocks[i].offset = end;
		end = corebtf_format_align(end + parts->blocks[i].stored_size);
	}
	writer->size = end;
	writer->entries = end = sizeof(struct corebtf_format_header);
	writer->blobs = end = corebtf_format_align(
		end + parts->entry_count * sizeof(struct corebtf_format_entry));
	writer->blocks = end =
		corebtf_format_align(end + parts->blob_count * sizeof(struct corebtf_format_blob));
	writer->objects = end = corebtf_format_align(
		end + parts->block_count * sizeof(struct corebtf_format_block));
	writer->string_bytes = end = corebtf_format_align(
		end + parts->object_count * sizeof(struct corebtf_format_object));
	writer->tables_end = corebtf_format_align(end + writer->strings.size);
	writer->size += writer->tables_end;
	return check_limit("bytes", writer->size, COREBTF_MAX_BUNDLE_SIZE, ret_excess);
}

/* ---- write ---- */

/* Records in packed tables have no checksum. */
static uint32_t order_checksum(const struct writer *writer, uint32_t checksum)
{
	return writer->pack ? 0 : order32(writer, checksum);
}

/* Continues @checksum over a string and its NUL. */
static uint32_t string_checksum(uint32_t checksum, const char *string)
{
	return (uint32_t)crc32_z(checksum, (const uint8_t *)string, strlen(string) + 1);
}

/* CRC-32 of all of a record but the checksum at its end. */
#define RECORD_CHECKSUM(record)                                                                    \
	((uint32_t)crc32_z(0, (const uint8_t *)(record), offsetof(__typeof__(*(record)), checksum)))

static void write_entries(struct writer *writer)
{
	struct corebtf_format_entry *record = (void *)(writer->tables + writer->entries);

	for (size_t i = 0; i < writer->parts->entry_count; i++, record++) {
		const struct index_entry *entry = &writer->parts->entries[i];
		uint32_t *const places[STRINGS_OF_ENTRY] = {
			&record->release,    &record->machine,	     &record->os_id,
			&record->version_id, &record->uname_version,
		};
		const char *strings[STRINGS_OF_ENTRY];
		uint32_t checksum;

		strings_of_entry(entry, strings);
		record->hash = writer->pack ? 0 : order32(writer, entry->hash);
		record->blob = order32(writer, entry->blob);
		for (size_t k = 0; k < STRINGS_OF_ENTRY; k++)
			*places[k] =
				order32(writer, string_table_offset(&writer->strings, strings[k]));
		record->build_id_size = order32(writer, entry->id.build_id_size);
		if (entry->id.build_id_size)
			memcpy(record->build_id, entry->id.build_id, entry->id.build_id_size);
		checksum = RECORD_CHECKSUM(record);
		for (size_t k = 0; k < STRINGS_OF_ENTRY; k++)
			checksum = string_checksum(checksum, strings[k]);
		record->checksum = order_checksum(writer, checksum);
	}
}

static void write_blobs(struct writer *writer)
{
	struct corebtf_format_blob *record = (void *)(writer->tables + writer->blobs);

	for (size_t i = 0; i < writer->parts->blob_count; i++, record++) {
		const struct writer_blob *blob = &writer->parts->blobs[i];

		record->block = order32(writer, blob->block);
		record->offset = order32(writer, blob->offset);
		record->size = order32(writer, blob->size);
		record->crc = order32(writer, blob->crc);
		record->checksum = order_checksum(writer, RECORD_CHECKSUM(record));
	}
}

/* Returns the features that the blocks need. */
static uint32_t write_blocks(struct writer *writer)
{
	struct corebtf_format_block *record = (void *)(writer->tables + writer->blocks);
	uint32_t features = 0;

	for (size_t i = 0; i < writer->parts->block_count; i++, record++) {
		const struct writer_block *block = &writer->parts->blocks[i];

		record->offset = order32(writer, block->offset);
		record->stored_size = order32(writer, block->stored_size);
		record->unpacked_size = order32(writer, block->unpacked_size);
		record->codec = order32(writer, block->codec);
		record->checksum = order_checksum(writer, RECORD_CHECKSUM(record));
		if (block->codec == COREBTF_CODEC_XZ)
			features |= COREBTF_FEATURE_XZ;
	}
	return features;
}

static void write_objects(struct writer *writer)
{
	struct corebtf_format_object *record = (void *)(writer->tables + writer->objects);

	for (size_t i = 0; i < writer->parts->object_count; i++, record++) {
		const struct index_object *object = &writer->parts->objects[i];

		record->digest = order64(writer, object->digest);
		record->name = order32(writer, string_table_offset(&writer->strings, object->name));
		record->relocation_count = order32(writer, object->relocation_count);
		record->checksum = order_checksum(
			writer, string_checksum(RECORD_CHECKSUM(record), object->name));
	}
}

/* Where the tables are, in the host's byte order. */
static struct corebtf_format_header table_layout(const struct writer *writer)
{
	const struct bundle_parts *parts = writer->parts;

	return (struct corebtf_format_header){
		.entry_count = (uint32_t)parts->entry_count,
		.blob_count = (uint32_t)parts->blob_count,
		.block_count = (uint32_t)parts->block_count,
		.object_count = (uint32_t)parts->object_count,
		.entry_size = sizeof(struct corebtf_format_entry),
		.blob_size = sizeof(struct corebtf_format_blob),
		.block_size = sizeof(struct corebtf_format_block),
		.object_size = sizeof(struct corebtf_format_object),
		.entries_offset = (uint32_t)writer->entries,
		.blobs_offset = (uint32_t)writer->blobs,
		.blocks_offset = (uint32_t)writer->blocks,
		.objects_offset = (uint32_t)writer->objects,
		.strings_offset = (uint32_t)writer->string_bytes,
		.strings_size = (uint32_t)writer->strings.size,
	};
}

/* Sets packed_size when packing makes the tables smaller. */
static int pack_tables(struct writer *writer)
{
	const struct corebtf_format_header layout = table_layout(writer);
	const size_t start = sizeof(struct corebtf_format_header);
	size_t size = writer->tables_end - start;
	ssize_t packed;

	writer->packed = malloc(size);
	if (!writer->packed)
		return -ENOMEM;
	differences_take(writer->tables, &layout, writer->swap);
	packed = writer->parts->pack_tables(writer->tables + start, size, writer->packed,
					    size - COREBTF_ALIGNMENT);
	if (packed < 0)
		return (int)packed;
	writer->packed_size = (uint64_t)packed;
	return 0;
}

static void order_header(const struct writer *writer, struct corebtf_format_header *header)
{
	uint16_t *const halves[] = {&header->version,	&header->header_size, &header->entry_size,
				    &header->blob_size, &header->block_size,  &header->object_size};
	uint32_t *const words[] = {
		&header->byte_order,	  &header->size,
		&header->features,	  &header->hints,
		&header->entry_count,	  &header->blob_count,
		&header->block_count,	  &header->object_count,
		&header->entries_offset,  &header->blobs_offset,
		&header->blocks_offset,	  &header->objects_offset,
		&header->strings_offset,  &header->strings_size,
		&header->data_offset,	  &header->packed_tables_size,
		&header->tables_checksum,
	};

	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++)
		*halves[i] = order16(writer, *halves[i]);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		*words[i] = order32(writer, *words[i]);
}

/* Comes last: it has the checksum of all tables. */
static void write_header(struct writer *writer, uint32_t features)
{
	struct corebtf_format_header header = table_layout(writer);

	memcpy(header.magic, COREBTF_MAGIC, COREBTF_MAGIC_SIZE);
	header.byte_order = COREBTF_BYTE_ORDER;
	header.version = COREBTF_FORMAT_VERSION;
	header.header_size = sizeof(header);
	header.size = (uint32_t)writer->size;
	header.features = features;
	header.data_offset = (uint32_t)writer->data;
	header.packed_tables_size = (uint32_t)writer->packed_size;
	header.tables_checksum = (uint32_t)crc32_z(0, writer->bytes + sizeof(header),
						   (size_t)writer->data - sizeof(header));
	order_header(writer, &header);
	header.header_checksum =
		order32(writer, crc32_z(0, (const uint8_t *)&header,
					offsetof(struct corebtf_format_header, header_checksum)));
	memcpy(writer->bytes, &header, sizeof(header));
}

/* Returns the features that the blocks need, or -errno. */
static int64_t write_tables(struct writer *writer, struct bundle_excess *ret_excess)
{
	int err;

	sort_entries(writer);
	err = place_tables(writer, ret_excess);
	if (err)
		return err;
	/* Zeroed: padding and reserved fields stay as they are. */
	free(writer->tables);
	writer->tables = calloc(1, (size_t)writer->tables_end);
	if (!writer->tables)
		return -ENOMEM;
	write_entries(writer);
	write_blobs(writer);
	write_objects(writer);
	string_table_write(&writer->strings, (char *)writer->tables + writer->string_bytes);
	return write_blocks(writer);
}

static int check_counts(const struct bundle_parts *parts, struct bundle_excess *ret_excess)
{
	int err = check_limit("kernels", parts->entry_count, COREBTF_MAX_ENTRIES, ret_excess);

	return err ? err
		   : check_limit("BPF objects", parts->object_count, COREBTF_MAX_OBJECTS,
				 ret_excess);
}

static int write_bundle(struct writer *writer, struct bundle_excess *ret_excess)
{
	const size_t header = sizeof(struct corebtf_format_header);
	struct bundle_parts *parts = writer->parts;
	const uint8_t *stored;
	int64_t features;
	size_t stored_size;
	int err = check_counts(parts, ret_excess);

	if (!err)
		err = collect_strings(writer);
	if (!err)
		err = check_limit("bytes of strings", writer->strings.size,
				  COREBTF_MAX_STRINGS_SIZE, ret_excess);
	if (err)
		return err;
	if (parts->object_count)
		qsort(parts->objects, parts->object_count, sizeof(*parts->objects),
		      compare_objects);
	writer->pack = parts->pack_tables != NULL;
	features = write_tables(writer, ret_excess);
	if (features >= 0 && writer->pack) {
		if (writer->tables_end <= BUNDLE_PACKED_TABLES_TARGET) {
			err = pack_tables(writer);
			if (err)
				return err;
		}
		if (!writer->packed_size) { /* it does not pay */
			writer->pack = false;
			features = write_tables(writer, ret_excess);
		}
	}
	if (features < 0)
		return (int)features;
	stored = writer->pack ? writer->packed : writer->tables + header;
	stored_size = (size_t)(writer->pack ? writer->packed_size : writer->tables_end - header);
	writer->data = corebtf_format_align(header + stored_size);
	writer->size = writer->size - writer->tables_end + writer->data;
	writer->bytes = calloc(1, (size_t)writer->size);
	if (!writer->bytes)
		return -ENOMEM;
	memcpy(writer->bytes + header, stored, stored_size);
	write_header(writer,
		     (uint32_t)features | (writer->pack ? COREBTF_FEATURE_PACKED_TABLES : 0));
	for (size_t i = 0; i < parts->block_count; i++)
		parts->blocks[i].offset += writer->data;
	return 0;
}

int bundle_write(struct bundle_parts *parts, uint8_t **ret_bytes, size_t *ret_size,
		 struct bundle_excess *ret_excess)
{
	struct writer writer = {
		.parts = parts,
		.swap = parts->big_endian != BYTES_HOST_IS_BIG_ENDIAN,
	};
	int err = write_bundle(&writer, ret_excess);

	string_table_free(&writer.strings);
	free(writer.tables);
	free(writer.packed);
	if (err)
		return err;
	*ret_bytes = writer.bytes;
	*ret_size = (size_t)writer.size;
	return 0;
}
