/* SPDX-License-Identifier: MIT */
/*
 *	tar --> contents --> entries, in the index's order --> bytes
 *
 * The bundle never leaves memory, so it does not have to be the one that the embedder would write:
 * its blobs are in the order of the index, and its strings are not shared. A BTF that no entry
 * leads to is left out.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/format.h"
#include "runtime/tar/tar_bundle.h"
#include "runtime/tar/tar_contents.h"

#define NO_NUMBER UINT32_MAX

struct entry {
	struct kernel_id id; /* points into the member's name */
	const char *name;    /* what is left of that, once it is cut */
	struct tar_content *content;
	uint32_t hash, bucket;
};

struct writer {
	const struct log *log;
	struct tar_contents contents;
	struct entry *entries;
	size_t entry_count, unreadable_count;
	uint32_t bucket_count;
};

static int no_memory(const struct writer *writer)
{
	return log_error(writer->log, -ENOMEM, "no memory for what the archive holds");
}

/* ---- entries ---- */

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = 0;

	if (left->bucket != right->bucket)
		return left->bucket < right->bucket ? -1 : 1;
	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	order = strcmp(left->id.release, right->id.release);
	if (!order)
		order = strcmp(left->id.machine, right->id.machine);
	if (!order)
		order = strcmp(left->id.os_id, right->id.os_id);
	if (!order)
		order = strcmp(left->id.version_id, right->id.version_id);
	return order ? order : strcmp(left->name, right->name);
}

/* Cuts the members' names into their parts. */
static int collect_entries(struct writer *writer)
{
	size_t count = 0;

	for (struct tar_named *member = writer->contents.members; member; member = member->next)
		count += tar_contents_is_btf_name(member->name);
	if (count > COREBTF_MAX_ENTRIES)
		return log_error(writer->log, -EFBIG, "%zu BTFs are more than %" PRIu32, count,
				 COREBTF_MAX_ENTRIES);
	writer->entries = calloc(count + 1, sizeof(*writer->entries));
	if (!writer->entries)
		return no_memory(writer);
	writer->bucket_count = 1;
	while (writer->bucket_count < count)
		writer->bucket_count *= 2;
	for (struct tar_named *member = writer->contents.members; member; member = member->next) {
		struct entry *entry = &writer->entries[writer->entry_count];

		if (!tar_name_split(member->name, &entry->id))
			continue;
		entry->name = member->name;
		entry->content = member->content;
		entry->hash = corebtf_format_hash(entry->id.release, entry->id.machine);
		entry->bucket = entry->hash & (writer->bucket_count - 1);
		writer->unreadable_count += !entry->content->size;
		writer->entry_count++;
	}
	qsort(writer->entries, writer->entry_count, sizeof(*writer->entries), compare_entries);
	return 0;
}

/* ---- bytes ---- */

/* Where each table starts; the sizes come first, so that no number is too large for its field. */
struct layout {
	uint64_t entries, blobs, blocks, strings, strings_size, data, data_size, size;
	uint32_t blob_count;
};

static uint64_t align_up(uint64_t offset)
{
	return (offset + COREBTF_ALIGNMENT - 1) & ~(uint64_t)(COREBTF_ALIGNMENT - 1);
}

static int place(struct writer *writer, struct layout *layout)
{
	layout->strings_size = 1; /* the empty one */
	for (size_t i = 0; i < writer->entry_count; i++) {
		const struct kernel_id *id = &writer->entries[i].id;
		struct tar_content *content = writer->entries[i].content;

		layout->strings_size += strlen(id->release) + strlen(id->machine) +
					strlen(id->os_id) + strlen(id->version_id) + 4;
		if (content->number != NO_NUMBER)
			continue;
		content->number = layout->blob_count++;
		layout->data_size = align_up(layout->data_size + content->size);
	}
	layout->entries = align_up(sizeof(struct corebtf_format_header) +
				   (UINT64_C(1) + writer->bucket_count) * sizeof(uint32_t));
	layout->blobs = layout->entries + writer->entry_count * sizeof(struct corebtf_format_entry);
	layout->blocks =
		layout->blobs + (uint64_t)layout->blob_count * sizeof(struct corebtf_format_blob);
	layout->strings =
		layout->blocks + (layout->blob_count ? sizeof(struct corebtf_format_block) : 0);
	layout->data = align_up(layout->strings + layout->strings_size);
	layout->size = layout->data + layout->data_size;
	if (layout->strings_size > COREBTF_MAX_STRINGS_SIZE ||
	    layout->size > COREBTF_MAX_BUNDLE_SIZE || layout->size > PTRDIFF_MAX)
		return log_error(writer->log, -EFBIG,
				 "%" PRIu64 " bytes of BTFs and names are too many", layout->size);
	return 0;
}

#define RECORD_CHECKSUM(record)                                                                    \
	(uint32_t) crc32_z(0, (const uint8_t *)(record), offsetof(__typeof__(*(record)), checksum))

static void write_entries(const struct writer *writer, const struct layout *layout, uint8_t *bytes)
{
	struct corebtf_format_entry *record = (void *)(bytes + layout->entries);
	uint32_t *buckets = (void *)(bytes + sizeof(struct corebtf_format_header));
	uint64_t end = layout->strings + 1;
	uint32_t filled = 0;

	for (size_t i = 0; i < writer->entry_count; i++, record++) {
		const struct entry *entry = &writer->entries[i];
		const struct kernel_id *id = &entry->id;
		uint32_t *const places[] = {&record->release, &record->machine, &record->os_id,
					    &record->version_id};
		const char *const strings[] = {id->release, id->machine, id->os_id, id->version_id};
		uint64_t start = end;

		while (filled <= entry->bucket)
			buckets[filled++] = (uint32_t)i;
		record->hash = entry->hash;
		record->blob = entry->content->number;
		for (size_t k = 0; k < sizeof(strings) / sizeof(strings[0]); k++) {
			size_t length = strlen(strings[k]) + 1;

			*places[k] = (uint32_t)(end - layout->strings);
			memcpy(bytes + end, strings[k], length);
			end += length;
		}
		/* the four strings lie in a row, and uname -v's is the empty one */
		record->checksum = RECORD_CHECKSUM(record);
		record->checksum =
			(uint32_t)crc32_z(record->checksum, bytes + start, (size_t)(end - start));
		record->checksum = (uint32_t)crc32_z(record->checksum, (const uint8_t *)"", 1);
	}
	while (filled <= writer->bucket_count)
		buckets[filled++] = (uint32_t)writer->entry_count;
}

/* One raw block with all BTFs. Each is let go of once it is copied. */
static void write_blobs(struct writer *writer, const struct layout *layout, uint8_t *bytes)
{
	struct corebtf_format_blob *records = (void *)(bytes + layout->blobs);
	struct corebtf_format_block *block = (void *)(bytes + layout->blocks);
	uint64_t end = layout->data;
	uint32_t done = 0;

	for (size_t i = 0; i < writer->entry_count; i++) {
		struct tar_content *content = writer->entries[i].content;
		struct corebtf_format_blob *record = &records[done];

		if (content->number != done)
			continue;
		record->offset = (uint32_t)(end - layout->data);
		record->size = content->size;
		record->content = content->checksum;
		record->checksum = RECORD_CHECKSUM(record);
		if (content->size)
			memcpy(bytes + end, content->data, content->size);
		free(content->data);
		content->data = NULL;
		end = align_up(end + content->size);
		done++;
	}
	if (!layout->blob_count)
		return;
	block->offset = (uint32_t)layout->data;
	block->stored_size = block->unpacked_size = (uint32_t)layout->data_size;
	block->codec = COREBTF_CODEC_RAW;
	block->checksum = RECORD_CHECKSUM(block);
}

static void write_header(const struct writer *writer, const struct layout *layout, uint8_t *bytes)
{
	struct corebtf_format_header *header = (void *)bytes;

	memcpy(header->magic, COREBTF_MAGIC, COREBTF_MAGIC_SIZE);
	header->byte_order = COREBTF_BYTE_ORDER;
	header->version = COREBTF_FORMAT_VERSION;
	header->header_size = sizeof(*header);
	header->size = (uint32_t)layout->size;
	header->bucket_count = writer->bucket_count;
	header->entry_count = (uint32_t)writer->entry_count;
	header->blob_count = layout->blob_count;
	header->block_count = layout->blob_count ? 1 : 0;
	header->buckets_offset = sizeof(*header);
	header->entries_offset = (uint32_t)layout->entries;
	header->blobs_offset = (uint32_t)layout->blobs;
	header->blocks_offset = (uint32_t)layout->blocks;
	header->objects_offset = (uint32_t)layout->strings; /* no objects */
	header->strings_offset = (uint32_t)layout->strings;
	header->strings_size = (uint32_t)layout->strings_size;
	header->data_offset = (uint32_t)layout->data;
	header->tables_checksum = (uint32_t)crc32_z(0, bytes + sizeof(*header),
						    (size_t)layout->data - sizeof(*header));
	header->header_checksum = (uint32_t)crc32_z(
		0, bytes, offsetof(struct corebtf_format_header, header_checksum));
}

static int write_bundle(struct writer *writer, struct tar_bundle *ret_bundle)
{
	struct layout layout = {.blob_count = 0};
	uint8_t *bytes;
	int err = place(writer, &layout);

	if (err)
		return err;
	bytes = calloc(1, (size_t)layout.size);
	if (!bytes)
		return no_memory(writer);
	write_entries(writer, &layout, bytes);
	write_blobs(writer, &layout, bytes);
	write_header(writer, &layout, bytes);
	ret_bundle->bundle = bytes;
	ret_bundle->bundle_size = (size_t)layout.size;
	return 0;
}

int tar_bundle_read(const void *tar, size_t size, const struct log *log,
		    struct tar_bundle *ret_bundle)
{
	struct writer writer = {.log = log};
	struct tar_contents *contents = &writer.contents;
	int err = tar_contents_read(tar, size, log, contents);

	if (err)
		return err;
	err = collect_entries(&writer);
	if (!err && !writer.entry_count && !contents->package_json)
		err = log_error(log, -ENODATA,
				"is a tar without BTFs: none of its members is called "
				"ID/VERSION_ID/MACHINE/RELEASE.btf");
	if (!err)
		err = write_bundle(&writer, ret_bundle);
	if (!err) {
		log_line(log, "%s: a tar of %zu bytes: %zu BTFs%s", log->subject, size,
			 writer.entry_count,
			 contents->package_json ? ", and " TAR_PACKAGE_JSON : "");
		ret_bundle->unreadable_count = writer.unreadable_count;
		ret_bundle->package_json = contents->package_json;
		ret_bundle->package_json_size = contents->package_json_size;
		contents->package_json = NULL;
	}
	free(writer.entries);
	tar_contents_release(contents);
	return err;
}
