/* SPDX-License-Identifier: MIT */
/*
 *	entries --> sorted by bucket, hash, key --> bucket table
 *	strings --> each once, sorted           (string_table.h)
 *	        --> offset of each table --> records --> checksums
 *
 * Every number is counted in 64 bits first and compared with the format's limits before any byte
 * is written; after that it fits its field.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/bundle/string_table.h"
#include "runtime/format.h"

#define STRINGS_OF_ENTRY 5

struct writer {
	struct bundle_parts *parts;
	bool swap; /* the bundle's byte order is not this host's */
	uint32_t bucket_count;
	struct string_table strings;
	/* Offsets from the start of the bundle. */
	uint64_t buckets, entries, blobs, blocks, objects, string_bytes, data, size;
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

static uint64_t align_up(uint64_t offset)
{
	return (offset + COREBTF_ALIGNMENT - 1) & ~(uint64_t)(COREBTF_ALIGNMENT - 1);
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
	uint32_t mask = writer->bucket_count - 1;
	int order = 0;

	if ((left->hash & mask) != (right->hash & mask))
		return (left->hash & mask) < (right->hash & mask) ? -1 : 1;
	if (left->hash != right->hash)
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

	/* As many buckets as entries or a few more: a lookup reads one or two entries, and a bucket
	 * costs a sixteenth of an entry. */
	writer->bucket_count = 1;
	while (writer->bucket_count < parts->entry_count)
		writer->bucket_count *= 2;
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
	uint64_t end = sizeof(struct corebtf_format_header);

	writer->buckets = end;
	end += ((uint64_t)writer->bucket_count + 1) * sizeof(uint32_t);
	writer->entries = end = align_up(end);
	end += parts->entry_count * sizeof(struct corebtf_format_entry);
	writer->blobs = end;
	end += parts->blob_count * sizeof(struct corebtf_format_blob);
	writer->blocks = end;
	end += parts->block_count * sizeof(struct corebtf_format_block);
	writer->objects = end;
	end += parts->object_count * sizeof(struct corebtf_format_object);
	writer->string_bytes = end;
	end += writer->strings.size;
	writer->data = end = align_up(end);
	for (size_t i = 0; i < parts->block_count; i++) {
		parts->blocks[i].offset = end;
		end = align_up(end + parts->blocks[i].stored_size);
	}
	writer->size = end;
	return check_limit("bytes", writer->size, COREBTF_MAX_BUNDLE_SIZE, ret_excess);
}

/* ---- write ---- */

static void write_buckets(struct writer *writer)
{
	const struct bundle_parts *parts = writer->parts;
	uint32_t *buckets = (uint32_t *)(writer->bytes + writer->buckets);
	uint32_t mask = writer->bucket_count - 1;
	size_t entry = 0;

	for (uint32_t bucket = 0; bucket <= writer->bucket_count; bucket++) {
		while (entry < parts->entry_count && (parts->entries[entry].hash & mask) < bucket)
			entry++;
		buckets[bucket] = order32(writer, entry);
	}
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
	struct corebtf_format_entry *record = (void *)(writer->bytes + writer->entries);

	for (size_t i = 0; i < writer->parts->entry_count; i++, record++) {
		const struct index_entry *entry = &writer->parts->entries[i];
		uint32_t *const places[STRINGS_OF_ENTRY] = {
			&record->release,    &record->machine,	     &record->os_id,
			&record->version_id, &record->uname_version,
		};
		const char *strings[STRINGS_OF_ENTRY];
		uint32_t checksum;

		strings_of_entry(entry, strings);
		record->hash = order32(writer, entry->hash);
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
		record->checksum = order32(writer, checksum);
	}
}

static void write_blobs(struct writer *writer)
{
	struct corebtf_format_blob *record = (void *)(writer->bytes + writer->blobs);

	for (size_t i = 0; i < writer->parts->blob_count; i++, record++) {
		const struct writer_blob *blob = &writer->parts->blobs[i];

		record->block = order32(writer, blob->block);
		record->offset = order32(writer, blob->offset);
		record->size = order32(writer, blob->size);
		record->content = order32(writer, blob->content);
		record->checksum = order32(writer, RECORD_CHECKSUM(record));
	}
}

/* Returns the features that the blocks need. */
static uint32_t write_blocks(struct writer *writer)
{
	struct corebtf_format_block *record = (void *)(writer->bytes + writer->blocks);
	uint32_t features = 0;

	for (size_t i = 0; i < writer->parts->block_count; i++, record++) {
		const struct writer_block *block = &writer->parts->blocks[i];

		record->offset = order32(writer, block->offset);
		record->stored_size = order32(writer, block->stored_size);
		record->unpacked_size = order32(writer, block->unpacked_size);
		record->codec = order32(writer, block->codec);
		record->checksum = order32(writer, RECORD_CHECKSUM(record));
		if (block->codec == COREBTF_CODEC_XZ)
			features |= COREBTF_FEATURE_XZ;
	}
	return features;
}

static void write_objects(struct writer *writer)
{
	struct corebtf_format_object *record = (void *)(writer->bytes + writer->objects);

	for (size_t i = 0; i < writer->parts->object_count; i++, record++) {
		const struct index_object *object = &writer->parts->objects[i];

		record->digest = order64(writer, object->digest);
		record->name = order32(writer, string_table_offset(&writer->strings, object->name));
		record->relocation_count = order32(writer, object->relocation_count);
		record->checksum =
			order32(writer, string_checksum(RECORD_CHECKSUM(record), object->name));
	}
}

/* Comes last: it has the checksum of all tables. */
static void write_header(struct writer *writer, uint32_t features)
{
	const struct bundle_parts *parts = writer->parts;
	struct corebtf_format_header *header = (void *)writer->bytes;
	uint32_t tables_checksum = (uint32_t)crc32_z(0, writer->bytes + sizeof(*header),
						     (size_t)writer->data - sizeof(*header));

	*header = (struct corebtf_format_header){
		.byte_order = order32(writer, COREBTF_BYTE_ORDER),
		.version = order16(writer, COREBTF_FORMAT_VERSION),
		.header_size = order16(writer, sizeof(*header)),
		.size = order32(writer, writer->size),
		.features = order32(writer, features),
		.bucket_count = order32(writer, writer->bucket_count),
		.entry_count = order32(writer, parts->entry_count),
		.blob_count = order32(writer, parts->blob_count),
		.block_count = order32(writer, parts->block_count),
		.object_count = order32(writer, parts->object_count),
		.buckets_offset = order32(writer, writer->buckets),
		.entries_offset = order32(writer, writer->entries),
		.blobs_offset = order32(writer, writer->blobs),
		.blocks_offset = order32(writer, writer->blocks),
		.objects_offset = order32(writer, writer->objects),
		.strings_offset = order32(writer, writer->string_bytes),
		.strings_size = order32(writer, writer->strings.size),
		.data_offset = order32(writer, writer->data),
		.tables_checksum = order32(writer, tables_checksum),
	};
	memcpy(header->magic, COREBTF_MAGIC, COREBTF_MAGIC_SIZE);
	header->header_checksum =
		order32(writer, crc32_z(0, writer->bytes,
					offsetof(struct corebtf_format_header, header_checksum)));
}

static int write_tables(struct writer *writer, struct bundle_excess *ret_excess)
{
	struct bundle_parts *parts = writer->parts;
	int err = check_limit("kernels", parts->entry_count, COREBTF_MAX_ENTRIES, ret_excess);

	if (!err)
		err = check_limit("BPF objects", parts->object_count, COREBTF_MAX_OBJECTS,
				  ret_excess);
	if (err)
		return err;
	sort_entries(writer);
	if (parts->object_count)
		qsort(parts->objects, parts->object_count, sizeof(*parts->objects),
		      compare_objects);
	err = collect_strings(writer);
	if (!err)
		err = check_limit("bytes of strings", writer->strings.size,
				  COREBTF_MAX_STRINGS_SIZE, ret_excess);
	if (!err)
		err = place_tables(writer, ret_excess);
	if (err)
		return err;
	/* Zeroed: padding and reserved fields stay as they are. */
	writer->bytes = calloc(1, (size_t)writer->size);
	if (!writer->bytes)
		return -ENOMEM;
	write_buckets(writer);
	write_entries(writer);
	write_blobs(writer);
	write_objects(writer);
	string_table_write(&writer->strings, (char *)writer->bytes + writer->string_bytes);
	write_header(writer, write_blocks(writer));
	return 0;
}

int bundle_write(struct bundle_parts *parts, uint8_t **ret_bytes, size_t *ret_size,
		 struct bundle_excess *ret_excess)
{
	struct writer writer = {
		.parts = parts,
		.swap = parts->big_endian != BYTES_HOST_IS_BIG_ENDIAN,
	};
	int err = write_tables(&writer, ret_excess);

	string_table_free(&writer.strings);
	if (err)
		return err;
	*ret_bytes = writer.bytes;
	*ret_size = (size_t)writer.size;
	return 0;
}
