/* SPDX-License-Identifier: MIT */
/*
 *	contents --> blobs in order of likeness --> blocks       (block_pack)
 *	         --> strings, sorted                             (string_table)
 *	         --> kernels in order of the index --> buckets
 *	         --> place of each table --> bytes --> checksums
 *
 * Every number is counted in 64 bits first and checked against the format's limits before any
 * byte is written; from then on it is known to fit its field.
 */
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/bundle/block_pack.h"
#include "embedder/bundle/bundle_layout.h"
#include "embedder/bundle/kernel_order.h"
#include "embedder/bundle/string_table.h"
#include "embedder/util/cleanup.h"
#include "runtime/format.h"

/* A kernel on its way into the index. */
struct indexed_kernel {
	const struct bundle_kernel *kernel;
	uint32_t hash;
	uint32_t bucket;
};

struct layout {
	const struct bundle_contents *contents;
	bool swap; /* the target's byte order is not this host's */

	const struct bundle_blob **blobs; /* in stored order */
	uint32_t *blob_numbers;		  /* bundle_blob.number -> place in blobs */
	size_t blob_count;
	struct block_pack pack;

	struct indexed_kernel *kernels; /* in the index's order */
	uint32_t bucket_count;
	const struct bundle_object **objects; /* sorted */
	struct string_table strings;

	/* Offsets from the start of the bundle. */
	uint64_t buckets, entries, blob_records, block_records, object_records, string_bytes, data;
	uint64_t size;

	uint8_t *bytes; /* the bundle itself */
};

static void layout_free(struct layout *layout)
{
	free(layout->blobs);
	free(layout->blob_numbers);
	block_pack_free(&layout->pack);
	free(layout->kernels);
	free(layout->objects);
	string_table_free(&layout->strings);
	free(layout->bytes);
}

static uint16_t order16(const struct layout *layout, uint16_t value)
{
	return layout->swap ? __builtin_bswap16(value) : value;
}

static uint32_t order32(const struct layout *layout, uint64_t value)
{
	return layout->swap ? __builtin_bswap32((uint32_t)value) : (uint32_t)value;
}

static uint64_t order64(const struct layout *layout, uint64_t value)
{
	return layout->swap ? __builtin_bswap64(value) : value;
}

static uint64_t align_up(uint64_t offset)
{
	return (offset + COREBTF_ALIGNMENT - 1) & ~(uint64_t)(COREBTF_ALIGNMENT - 1);
}

static int check_limit(const char *what, uint64_t count, uint64_t limit, struct reason *why)
{
	if (count <= limit)
		return 0;
	return reason_set(why, -EFBIG, "the bundle would have %llu %s, and the limit is %llu",
			  (unsigned long long)count, what, (unsigned long long)limit);
}

/* ---- order ---- */

static int by_likeness(const void *left, const void *right)
{
	return kernel_order_likeness(&(*(const struct bundle_kernel *const *)left)->id,
				     &(*(const struct bundle_kernel *const *)right)->id);
}

/* Blobs are stored in the order in which kernels, sorted by likeness, first need them: the blobs
 * of neighbours become neighbours, and the order comes from the contents alone. */
static int order_blobs(struct layout *layout)
{
	const struct bundle_contents *contents = layout->contents;
	_cleanup_free_ const struct bundle_kernel **kernels =
		calloc(contents->kernel_count + 1, sizeof(*kernels));

	layout->blobs = calloc(contents->blob_count + 1, sizeof(*layout->blobs));
	layout->blob_numbers = calloc(contents->blob_count + 1, sizeof(*layout->blob_numbers));
	if (!kernels || !layout->blobs || !layout->blob_numbers)
		return -ENOMEM;
	for (size_t i = 0; i < contents->blob_count; i++)
		layout->blob_numbers[i] = UINT32_MAX;
	for (size_t i = 0; i < contents->kernel_count; i++)
		kernels[i] = contents->kernels[i];
	qsort(kernels, contents->kernel_count, sizeof(*kernels), by_likeness);
	for (size_t i = 0; i < contents->kernel_count; i++) {
		uint32_t *number = &layout->blob_numbers[kernels[i]->blob->number];

		if (*number != UINT32_MAX)
			continue;
		*number = (uint32_t)layout->blob_count;
		layout->blobs[layout->blob_count++] = kernels[i]->blob;
	}
	return 0;
}

static int by_index(const void *left, const void *right)
{
	const struct indexed_kernel *l = left, *r = right;

	if (l->bucket != r->bucket)
		return l->bucket < r->bucket ? -1 : 1;
	if (l->hash != r->hash)
		return l->hash < r->hash ? -1 : 1;
	return kernel_order_identity(&l->kernel->id, &r->kernel->id);
}

static int order_kernels(struct layout *layout)
{
	const struct bundle_contents *contents = layout->contents;

	layout->kernels = calloc(contents->kernel_count + 1, sizeof(*layout->kernels));
	if (!layout->kernels)
		return -ENOMEM;
	/* As many buckets as entries or a few more: one or two entries to look at for a find, and
	 * a bucket costs a sixteenth of an entry. */
	layout->bucket_count = 1;
	while (layout->bucket_count < contents->kernel_count)
		layout->bucket_count *= 2;
	for (size_t i = 0; i < contents->kernel_count; i++) {
		const struct kernel_id *id = &contents->kernels[i]->id;
		uint32_t hash = corebtf_format_hash(id->release, id->machine);

		layout->kernels[i] = (struct indexed_kernel){
			.kernel = contents->kernels[i],
			.hash = hash,
			.bucket = hash & (layout->bucket_count - 1),
		};
	}
	qsort(layout->kernels, contents->kernel_count, sizeof(*layout->kernels), by_index);
	return 0;
}

static int by_name(const void *left, const void *right)
{
	const struct bundle_object *l = *(const struct bundle_object *const *)left;
	const struct bundle_object *r = *(const struct bundle_object *const *)right;
	int order = strcmp(l->name, r->name);

	return order ? order : (l->digest > r->digest) - (l->digest < r->digest);
}

static int order_objects(struct layout *layout)
{
	const struct bundle_contents *contents = layout->contents;

	layout->objects = calloc(contents->object_count + 1, sizeof(*layout->objects));
	if (!layout->objects)
		return -ENOMEM;
	for (size_t i = 0; i < contents->object_count; i++)
		layout->objects[i] = contents->objects[i];
	qsort(layout->objects, contents->object_count, sizeof(*layout->objects), by_name);
	return 0;
}

static int collect_strings(struct layout *layout, struct reason *why)
{
	const struct bundle_contents *contents = layout->contents;
	struct string_table *strings = &layout->strings;
	int err = string_table_init(strings, contents->kernel_count * 5 + contents->object_count);

	if (err)
		return err;
	for (size_t i = 0; i < contents->kernel_count; i++) {
		const struct kernel_id *id = &contents->kernels[i]->id;

		string_table_add(strings, id->release);
		string_table_add(strings, id->machine);
		string_table_add(strings, id->os_id);
		string_table_add(strings, id->version_id);
		string_table_add(strings, id->uname_version);
	}
	for (size_t i = 0; i < contents->object_count; i++)
		string_table_add(strings, contents->objects[i]->name);
	err = string_table_finish(strings);
	if (err)
		return err;
	return check_limit("bytes of strings", strings->size, COREBTF_MAX_STRINGS_SIZE, why);
}

/* ---- place ---- */

static int place_tables(struct layout *layout, struct reason *why)
{
	const struct bundle_contents *contents = layout->contents;
	uint64_t end = sizeof(struct corebtf_format_header);

	layout->buckets = end;
	end += ((uint64_t)layout->bucket_count + 1) * sizeof(uint32_t);
	layout->entries = end = align_up(end);
	end += contents->kernel_count * sizeof(struct corebtf_format_entry);
	layout->blob_records = end;
	end += layout->blob_count * sizeof(struct corebtf_format_blob);
	layout->block_records = end;
	end += layout->pack.block_count * sizeof(struct corebtf_format_block);
	layout->object_records = end;
	end += contents->object_count * sizeof(struct corebtf_format_object);
	layout->string_bytes = end;
	end += layout->strings.size;
	layout->data = end = align_up(end);
	for (size_t i = 0; i < layout->pack.block_count; i++)
		end = align_up(end + layout->pack.blocks[i].stored_size);
	layout->size = end;
	return check_limit("bytes", layout->size, COREBTF_MAX_BUNDLE_SIZE, why);
}

/* ---- write ---- */

static void write_buckets(struct layout *layout)
{
	uint32_t *buckets = (uint32_t *)(layout->bytes + layout->buckets);
	size_t entry = 0;

	for (uint32_t bucket = 0; bucket <= layout->bucket_count; bucket++) {
		while (entry < layout->contents->kernel_count &&
		       layout->kernels[entry].bucket < bucket)
			entry++;
		buckets[bucket] = order32(layout, entry);
	}
}

/* Goes on with @checksum over a string and its NUL. */
static uint32_t string_checksum(uint32_t checksum, const char *string)
{
	return lzma_crc32((const uint8_t *)string, strlen(string) + 1, checksum);
}

/* CRC-32 of all of a record but the checksum at its end. */
#define RECORD_CHECKSUM(record)                                                                    \
	lzma_crc32((const uint8_t *)(record), offsetof(__typeof__(*(record)), checksum), 0)

static void write_entries(struct layout *layout)
{
	struct corebtf_format_entry *entry = (void *)(layout->bytes + layout->entries);

	for (size_t i = 0; i < layout->contents->kernel_count; i++, entry++) {
		const struct bundle_kernel *kernel = layout->kernels[i].kernel;
		const struct kernel_id *id = &kernel->id;
		const char *const strings[] = {id->release, id->machine, id->os_id, id->version_id,
					       id->uname_version};
		uint32_t offsets[5], checksum;

		for (size_t k = 0; k < 5; k++)
			offsets[k] =
				order32(layout, string_table_offset(&layout->strings, strings[k]));
		*entry = (struct corebtf_format_entry){
			.hash = order32(layout, layout->kernels[i].hash),
			.blob = order32(layout, layout->blob_numbers[kernel->blob->number]),
			.release = offsets[0],
			.machine = offsets[1],
			.os_id = offsets[2],
			.version_id = offsets[3],
			.uname_version = offsets[4],
			.build_id_size = order32(layout, id->build_id_size),
		};
		if (id->build_id_size)
			memcpy(entry->build_id, id->build_id, id->build_id_size);
		checksum = RECORD_CHECKSUM(entry);
		for (size_t k = 0; k < 5; k++)
			checksum = string_checksum(checksum, strings[k]);
		entry->checksum = order32(layout, checksum);
	}
}

static void write_blobs(struct layout *layout)
{
	struct corebtf_format_blob *record = (void *)(layout->bytes + layout->blob_records);

	for (size_t i = 0; i < layout->blob_count; i++, record++) {
		*record = (struct corebtf_format_blob){
			.block = order32(layout, layout->pack.places[i].block),
			.offset = order32(layout, layout->pack.places[i].offset),
			.size = order32(layout, layout->blobs[i]->size),
			.content = order32(layout, layout->blobs[i]->crc),
		};
		record->checksum = order32(layout, RECORD_CHECKSUM(record));
	}
}

/* Block records and the blocks themselves. Returns the features that they need. */
static uint32_t write_blocks(struct layout *layout)
{
	struct corebtf_format_block *record = (void *)(layout->bytes + layout->block_records);
	uint64_t offset = layout->data;
	uint32_t features = 0;

	for (size_t i = 0; i < layout->pack.block_count; i++, record++) {
		const struct packed_block *block = &layout->pack.blocks[i];

		*record = (struct corebtf_format_block){
			.offset = order32(layout, offset),
			.stored_size = order32(layout, block->stored_size),
			.unpacked_size = order32(layout, block->unpacked_size),
			.codec = order32(layout, block->codec),
		};
		record->checksum = order32(layout, RECORD_CHECKSUM(record));
		block_pack_write(&layout->pack, i, layout->bytes + offset);
		offset = align_up(offset + block->stored_size);
		if (block->codec == COREBTF_CODEC_XZ)
			features |= COREBTF_FEATURE_XZ;
	}
	return features;
}

static void write_objects(struct layout *layout)
{
	struct corebtf_format_object *record = (void *)(layout->bytes + layout->object_records);

	for (size_t i = 0; i < layout->contents->object_count; i++, record++) {
		const struct bundle_object *object = layout->objects[i];
		uint32_t name = string_table_offset(&layout->strings, object->name);

		*record = (struct corebtf_format_object){
			.digest = order64(layout, object->digest),
			.name = order32(layout, name),
			.relocation_count = order32(layout, object->relocation_count),
		};
		record->checksum =
			order32(layout, string_checksum(RECORD_CHECKSUM(record), object->name));
	}
}

/* Comes last: it has the checksum of all tables. */
static void write_header(struct layout *layout, uint32_t features)
{
	struct corebtf_format_header *header = (void *)layout->bytes;
	uint32_t tables_checksum =
		lzma_crc32(layout->bytes + sizeof(*header), layout->data - sizeof(*header), 0);

	*header = (struct corebtf_format_header){
		.byte_order = order32(layout, COREBTF_BYTE_ORDER),
		.version = order16(layout, COREBTF_FORMAT_VERSION),
		.header_size = order16(layout, sizeof(*header)),
		.size = order32(layout, layout->size),
		.features = order32(layout, features),
		.bucket_count = order32(layout, layout->bucket_count),
		.entry_count = order32(layout, layout->contents->kernel_count),
		.blob_count = order32(layout, layout->blob_count),
		.block_count = order32(layout, layout->pack.block_count),
		.object_count = order32(layout, layout->contents->object_count),
		.buckets_offset = order32(layout, layout->buckets),
		.entries_offset = order32(layout, layout->entries),
		.blobs_offset = order32(layout, layout->blob_records),
		.blocks_offset = order32(layout, layout->block_records),
		.objects_offset = order32(layout, layout->object_records),
		.strings_offset = order32(layout, layout->string_bytes),
		.strings_size = order32(layout, layout->strings.size),
		.data_offset = order32(layout, layout->data),
		.tables_checksum = order32(layout, tables_checksum),
	};
	memcpy(header->magic, COREBTF_MAGIC, COREBTF_MAGIC_SIZE);
	header->header_checksum = order32(
		layout, lzma_crc32(layout->bytes,
				   offsetof(struct corebtf_format_header, header_checksum), 0));
}

int bundle_layout(const struct bundle_contents *contents, const struct bundle_layout_opts *opts,
		  void **ret_bundle, size_t *ret_size, struct reason *why)
{
	_cleanup_(layout_free) struct layout layout = {
		.contents = contents,
		.swap = opts->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__),
	};
	uint32_t features;
	int err;

	err = check_limit("kernels", contents->kernel_count, COREBTF_MAX_ENTRIES, why);
	if (!err)
		err = check_limit("BPF objects", contents->object_count, COREBTF_MAX_OBJECTS, why);
	if (!err)
		err = order_kernels(&layout);
	if (!err)
		err = order_objects(&layout);
	if (!err)
		err = collect_strings(&layout, why);
	if (!err)
		err = order_blobs(&layout);
	if (!err)
		err = block_pack_init(&layout.pack, layout.blobs, layout.blob_count,
				      opts->compression, why);
	if (!err)
		err = place_tables(&layout, why);
	if (!err) {
		/* Zeroed: padding and reserved fields need no further thought. */
		layout.bytes = calloc(1, layout.size);
		if (!layout.bytes)
			err = -ENOMEM;
	}
	if (err == -ENOMEM)
		return reason_set(why, err, "out of memory");
	if (err)
		return err;
	write_buckets(&layout);
	write_entries(&layout);
	write_blobs(&layout);
	features = write_blocks(&layout);
	write_objects(&layout);
	string_table_write(&layout.strings, (char *)layout.bytes + layout.string_bytes);
	write_header(&layout, features);

	*ret_bundle = TAKE_PTR(layout.bytes);
	*ret_size = layout.size;
	return 0;
}
