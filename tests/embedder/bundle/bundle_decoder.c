/* SPDX-License-Identifier: MIT */
#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/embedder/bundle/bundle_decoder.h"

/* Sizes in bytes, from docs/format.md. */
enum { HEADER = 96, ENTRY = 56, RECORD = 20 };

struct input {
	const uint8_t *bytes;
	size_t size;
	bool big_endian;
	bool packed; /* these are unpacked tables: without hashes and checksums */
};

static uint32_t get32(const struct input *input, size_t offset)
{
	const uint8_t *b = input->bytes + offset;

	assert_true(offset + 4 <= input->size);
	return input->big_endian
		       ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]
		       : (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static uint32_t get16(const struct input *input, size_t offset)
{
	const uint8_t *b = input->bytes + offset;

	assert_true(offset + 2 <= input->size);
	return input->big_endian ? b[0] << 8 | b[1] : b[1] << 8 | b[0];
}

static void check_zero(const struct input *input, size_t from, size_t to)
{
	assert_true(from <= to && to <= input->size);
	for (size_t i = from; i < to; i++)
		assert_int_equal(input->bytes[i], 0);
}

uint32_t decoder_crc32(uint32_t crc, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

/* The checksum at the end of a record: zero in packed tables. */
static void check_checksum(const struct input *input, size_t offset, uint32_t crc)
{
	assert_int_equal(get32(input, offset), input->packed ? 0 : crc);
}

static uint32_t hash_key(const char *release, const char *machine)
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i <= strlen(release); i++)
		hash = (hash ^ (uint8_t)release[i]) * 0x01000193u;
	for (size_t i = 0; i < strlen(machine); i++)
		hash = (hash ^ (uint8_t)machine[i]) * 0x01000193u;
	return hash;
}

/* The strings, from @start; every offset must be the start of one, and they are sorted. */
struct strings {
	const char *start;
	size_t size;
};

static const char *get_string(const struct strings *strings, uint32_t offset)
{
	assert_true(offset < strings->size);
	assert_true(offset == 0 || strings->start[offset - 1] == '\0');
	return strings->start + offset;
}

static void check_strings(const struct strings *strings)
{
	const char *last = strings->start;

	assert_true(strings->size >= 1);
	assert_int_equal(strings->start[0], '\0');
	assert_int_equal(strings->start[strings->size - 1], '\0');
	for (const char *s = last + 1; s < strings->start + strings->size; s += strlen(s) + 1) {
		assert_true(strcmp(last, s) < 0);
		last = s;
	}
}

static int compare_entries(const struct decoded_entry *l, const struct decoded_entry *r,
			   bool packed)
{
	const char *const left[] = {l->release, l->machine, l->os_id, l->version_id,
				    l->uname_version};
	const char *const right[] = {r->release, r->machine, r->os_id, r->version_id,
				     r->uname_version};

	if (!packed && l->hash != r->hash)
		return l->hash < r->hash ? -1 : 1;
	for (int i = 0; i < 5; i++) {
		int order = strcmp(left[i], right[i]);

		if (order)
			return order;
	}
	if (l->build_id_size != r->build_id_size)
		return l->build_id_size < r->build_id_size ? -1 : 1;
	return memcmp(l->build_id, r->build_id, 20);
}

static void decode_entry(struct decoded_bundle *bundle, const struct input *input, size_t at,
			 const struct strings *strings, struct decoded_entry *entry)
{
	uint32_t crc = decoder_crc32(0, input->bytes + at, ENTRY - 4);

	*entry = (struct decoded_entry){
		.hash = get32(input, at),
		.blob = get32(input, at + 4),
		.release = get_string(strings, get32(input, at + 8)),
		.machine = get_string(strings, get32(input, at + 12)),
		.os_id = get_string(strings, get32(input, at + 16)),
		.version_id = get_string(strings, get32(input, at + 20)),
		.uname_version = get_string(strings, get32(input, at + 24)),
		.build_id_size = get32(input, at + 28),
		.build_id = input->bytes + at + 32,
	};
	assert_true(*entry->release && *entry->machine);
	assert_int_equal(entry->hash, input->packed ? 0 : hash_key(entry->release, entry->machine));
	assert_true(entry->blob < bundle->blob_count);
	assert_true(entry->build_id_size <= 20);
	check_zero(input, at + 32 + entry->build_id_size, at + ENTRY - 4);
	crc = decoder_crc32(crc, entry->release, strlen(entry->release) + 1);
	crc = decoder_crc32(crc, entry->machine, strlen(entry->machine) + 1);
	crc = decoder_crc32(crc, entry->os_id, strlen(entry->os_id) + 1);
	crc = decoder_crc32(crc, entry->version_id, strlen(entry->version_id) + 1);
	crc = decoder_crc32(crc, entry->uname_version, strlen(entry->uname_version) + 1);
	check_checksum(input, at + ENTRY - 4, crc);
}

static void decode_entries(struct decoded_bundle *bundle, const struct input *input, size_t entries,
			   const struct strings *strings)
{
	uint8_t *used = test_calloc(bundle->blob_count + 1, 1);

	for (size_t i = 0; i < bundle->entry_count; i++) {
		decode_entry(bundle, input, entries + i * ENTRY, strings, &bundle->entries[i]);
		used[bundle->entries[i].blob] = 1;
		if (i)
			assert_true(compare_entries(&bundle->entries[i - 1], &bundle->entries[i],
						    input->packed) < 0);
	}
	for (size_t i = 0; i < bundle->blob_count; i++)
		assert_int_equal(used[i], 1);
	test_free(used);
}

static void decode_block(const struct input *tables, size_t at, const struct input *input,
			 size_t data, struct decoded_block *block)
{
	uint64_t memory_limit = UINT64_MAX;
	size_t in = 0, out = 0;

	*block = (struct decoded_block){
		.offset = (uint32_t)data + get32(tables, at),
		.stored_size = get32(tables, at + 4),
		.unpacked_size = get32(tables, at + 8),
		.codec = get32(tables, at + 12),
	};
	check_checksum(tables, at + 16, decoder_crc32(0, tables->bytes + at, 16));
	assert_int_equal(block->offset % 8, 0);
	assert_true(block->stored_size > 0);
	assert_true(block->offset <= input->size &&
		    block->stored_size <= input->size - block->offset);
	block->stored = input->bytes + block->offset;
	block->unpacked = test_malloc(block->unpacked_size + 1);
	if (block->codec == 0) {
		assert_int_equal(block->stored_size, block->unpacked_size);
		memcpy(block->unpacked, block->stored, block->stored_size);
		return;
	}
	assert_int_equal(block->codec, 1);
	assert_true(block->stored_size < block->unpacked_size);
	assert_int_equal(lzma_stream_buffer_decode(&memory_limit, 0, NULL, block->stored, &in,
						   block->stored_size, block->unpacked, &out,
						   block->unpacked_size),
			 LZMA_OK);
	assert_int_equal(in, block->stored_size);
	assert_int_equal(out, block->unpacked_size);
}

static void decode_blocks(struct decoded_bundle *bundle, const struct input *tables,
			  const struct input *input, size_t blocks)
{
	size_t end = bundle->data_offset;
	bool any_xz = false;

	for (size_t i = 0; i < bundle->block_count; i++) {
		struct decoded_block *block = &bundle->blocks[i];

		decode_block(tables, blocks + i * RECORD, input, bundle->data_offset, block);
		assert_int_equal(block->offset, end);
		end = block->offset + block->stored_size;
		check_zero(input, end, (end + 7) / 8 * 8);
		end = (end + 7) / 8 * 8;
		any_xz |= block->codec == 1;
	}
	assert_int_equal(end, input->size);
	assert_int_equal(bundle->features, (any_xz ? 1 : 0) | (tables->packed ? 2 : 0));
}

/* Blobs fill their blocks one after the other, in order. */
static void decode_blobs(struct decoded_bundle *bundle, const struct input *input, size_t blobs)
{
	uint32_t block = 0;
	size_t end = 0;

	for (size_t i = 0; i < bundle->blob_count; i++) {
		struct decoded_blob *blob = &bundle->blobs[i];
		size_t at = blobs + i * RECORD;

		*blob = (struct decoded_blob){
			.block = get32(input, at),
			.offset = get32(input, at + 4),
			.size = get32(input, at + 8),
		};
		check_checksum(input, at + 16, decoder_crc32(0, input->bytes + at, 16));
		assert_true(blob->block < bundle->block_count);
		if (blob->block != block) {
			assert_int_equal(blob->block, block + 1);
			assert_int_equal(end, bundle->blocks[block].unpacked_size);
			block++;
			end = 0;
		}
		assert_int_equal(blob->offset, (end + 7) / 8 * 8);
		for (; end < blob->offset; end++)
			assert_int_equal(bundle->blocks[block].unpacked[end], 0);
		end = (size_t)blob->offset + blob->size;
		assert_true(end <= bundle->blocks[block].unpacked_size);
		blob->data = bundle->blocks[block].unpacked + blob->offset;
		assert_int_equal(get32(input, at + 12), decoder_crc32(0, blob->data, blob->size));
	}
	if (bundle->block_count) {
		assert_int_equal(block, bundle->block_count - 1);
		assert_int_equal(end, bundle->blocks[block].unpacked_size);
	}
}

static void decode_objects(struct decoded_bundle *bundle, const struct input *input, size_t objects,
			   const struct strings *strings)
{
	for (size_t i = 0; i < bundle->object_count; i++) {
		struct decoded_object *object = &bundle->objects[i];
		size_t at = objects + i * RECORD;
		uint64_t first = get32(input, at), second = get32(input, at + 4);
		uint32_t crc = decoder_crc32(0, input->bytes + at, 16);

		*object = (struct decoded_object){
			.digest = input->big_endian ? first << 32 | second : second << 32 | first,
			.name = get_string(strings, get32(input, at + 8)),
			.relocation_count = get32(input, at + 12),
		};
		crc = decoder_crc32(crc, object->name, strlen(object->name) + 1);
		check_checksum(input, at + 16, crc);
		if (i) {
			int order = strcmp(object[-1].name, object->name);

			assert_true(order < 0 ||
				    (order == 0 && object[-1].digest < object->digest));
		}
	}
}

static size_t align8(size_t size)
{
	return (size + 7) / 8 * 8;
}

/* The first @size bytes of each record are words that are differences from the record before. */
static void add_differences(const struct input *tables, size_t start, size_t count, size_t stride,
			    size_t size)
{
	uint8_t *bytes = (uint8_t *)tables->bytes;

	for (size_t i = 1; i < count; i++) {
		for (size_t at = start + i * stride; at < start + i * stride + size; at += 4) {
			uint32_t word = get32(tables, at - stride) + get32(tables, at);

			for (int k = 0; k < 4; k++)
				bytes[at + k] =
					(uint8_t)(word >> 8 * (tables->big_endian ? 3 - k : k));
		}
	}
}

static void unpack_tables(struct decoded_bundle *bundle, const struct input *input,
			  struct input *tables)
{
	size_t packed_size = get32(input, 80), in = 0, out = 0;
	uint64_t memory_limit = UINT64_MAX;

	assert_true(packed_size && bundle->data_offset < tables->size);
	assert_int_equal(bundle->data_offset, align8(HEADER + packed_size));
	check_zero(input, HEADER + packed_size, bundle->data_offset);
	bundle->unpacked_tables = test_calloc(tables->size, 1);
	assert_int_equal(lzma_stream_buffer_decode(
				 &memory_limit, 0, NULL, input->bytes + HEADER, &in, packed_size,
				 bundle->unpacked_tables + HEADER, &out, tables->size - HEADER),
			 LZMA_OK);
	assert_int_equal(in, packed_size);
	assert_int_equal(out, tables->size - HEADER);
	tables->bytes = bundle->unpacked_tables;
	tables->packed = true;
	add_differences(tables, get32(input, 52), bundle->entry_count, ENTRY, 32);
	add_differences(tables, get32(input, 56), bundle->blob_count, RECORD, RECORD);
	add_differences(tables, get32(input, 60), bundle->block_count, RECORD, RECORD);
	add_differences(tables, get32(input, 64), bundle->object_count, RECORD, RECORD);
}

struct decoded_bundle *decode_bundle(const void *bytes, size_t size)
{
	static const uint8_t magic[8] = {0xc0, 'r', 'e', 'B', 'T', 'F', 0x1a, 0x0a};
	struct decoded_bundle *bundle = test_calloc(1, sizeof(*bundle));
	struct input input = {.bytes = bytes, .size = size}, tables;
	size_t end, entries, blobs, blocks, objects;
	struct strings strings;

	assert_true(size >= HEADER && size % 8 == 0);
	assert_memory_equal(bytes, magic, 8);
	input.big_endian = input.bytes[8] == 1;
	assert_int_equal(get32(&input, 8), 0x01020304);
	assert_int_equal(get32(&input, 92), decoder_crc32(0, bytes, 92));
	assert_int_equal(get16(&input, 12), 2);
	assert_int_equal(get16(&input, 14), HEADER);
	assert_int_equal(get32(&input, 16), size);
	assert_int_equal(get32(&input, 24), 0);
	check_zero(&input, input.bytes[20] & 2 || input.bytes[23] & 2 ? 84 : 80, 88);

	bundle->big_endian = input.big_endian;
	bundle->features = get32(&input, 20);
	bundle->entry_count = get32(&input, 28);
	bundle->blob_count = get32(&input, 32);
	bundle->block_count = get32(&input, 36);
	bundle->object_count = get32(&input, 40);
	assert_int_equal(get16(&input, 44), ENTRY);
	assert_int_equal(get16(&input, 46), RECORD);
	assert_int_equal(get16(&input, 48), RECORD);
	assert_int_equal(get16(&input, 50), RECORD);
	bundle->data_offset = get32(&input, 76);

	/* The tables follow one another without a gap, apart from padding to 8. */
	entries = get32(&input, 52);
	blobs = get32(&input, 56);
	blocks = get32(&input, 60);
	objects = get32(&input, 64);
	end = align8(get32(&input, 68) + get32(&input, 72));
	assert_int_equal(entries, HEADER);
	assert_int_equal(blobs, align8(entries + bundle->entry_count * ENTRY));
	assert_int_equal(blocks, align8(blobs + bundle->blob_count * RECORD));
	assert_int_equal(objects, align8(blocks + bundle->block_count * RECORD));
	assert_int_equal(get32(&input, 68), align8(objects + bundle->object_count * RECORD));
	assert_true(bundle->data_offset <= size);
	assert_int_equal(get32(&input, 88),
			 decoder_crc32(0, input.bytes + HEADER, bundle->data_offset - HEADER));
	tables = input;
	tables.size = end;
	if (bundle->features & 2)
		unpack_tables(bundle, &input, &tables);
	else
		assert_int_equal(bundle->data_offset, end);
	check_zero(&tables, entries + bundle->entry_count * ENTRY, blobs);
	check_zero(&tables, blobs + bundle->blob_count * RECORD, blocks);
	check_zero(&tables, blocks + bundle->block_count * RECORD, objects);
	check_zero(&tables, objects + bundle->object_count * RECORD, get32(&input, 68));
	strings.start = (const char *)tables.bytes + get32(&input, 68);
	strings.size = get32(&input, 72);
	check_zero(&tables, get32(&input, 68) + strings.size, end);
	check_strings(&strings);

	bundle->entries = test_calloc(bundle->entry_count + 1, sizeof(*bundle->entries));
	bundle->blobs = test_calloc(bundle->blob_count + 1, sizeof(*bundle->blobs));
	bundle->blocks = test_calloc(bundle->block_count + 1, sizeof(*bundle->blocks));
	bundle->objects = test_calloc(bundle->object_count + 1, sizeof(*bundle->objects));
	decode_entries(bundle, &tables, entries, &strings);
	decode_blocks(bundle, &tables, &input, blocks);
	decode_blobs(bundle, &tables, blobs);
	decode_objects(bundle, &tables, objects, &strings);
	return bundle;
}

void decoded_bundle_free(struct decoded_bundle *bundle)
{
	for (size_t i = 0; i < bundle->block_count; i++)
		test_free(bundle->blocks[i].unpacked);
	if (bundle->unpacked_tables)
		test_free(bundle->unpacked_tables);
	test_free(bundle->entries);
	test_free(bundle->blobs);
	test_free(bundle->blocks);
	test_free(bundle->objects);
	test_free(bundle);
}
