/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/bundle/format.h"
#include "tests/support/make_bundle.h"

#define ROOM (1 << 20)

#define HEADER(member)                                                                             \
	offsetof(struct corebtf_format_header, member),                                            \
		sizeof(((struct corebtf_format_header *)0)->member)

static bool is_big(const uint8_t *bundle)
{
	return bundle[offsetof(struct corebtf_format_header, byte_order)] == 0x01;
}

uint64_t peek(const uint8_t *bundle, size_t offset, size_t width)
{
	uint64_t value = 0;

	for (size_t i = 0; i < width; i++)
		value |= (uint64_t)bundle[offset + i] << (8 * (is_big(bundle) ? width - 1 - i : i));
	return value;
}

void poke(uint8_t *bundle, size_t offset, size_t width, uint64_t value)
{
	for (size_t i = 0; i < width; i++)
		bundle[offset + i] = (uint8_t)(value >> (8 * (is_big(bundle) ? width - 1 - i : i)));
}

size_t entry_at(const uint8_t *bundle, uint32_t number)
{
	return peek(bundle, HEADER(entries_offset)) + number * peek(bundle, HEADER(entry_size));
}

size_t blob_at(const uint8_t *bundle, uint32_t number)
{
	return peek(bundle, HEADER(blobs_offset)) + number * peek(bundle, HEADER(blob_size));
}

size_t block_at(const uint8_t *bundle, uint32_t number)
{
	return peek(bundle, HEADER(blocks_offset)) + number * peek(bundle, HEADER(block_size));
}

size_t object_at(const uint8_t *bundle, uint32_t number)
{
	return peek(bundle, HEADER(objects_offset)) + number * peek(bundle, HEADER(object_size));
}

/* The CRC of a record's first bytes and of the strings that @fields of them name. */
static uint32_t record_sum(const uint8_t *bundle, size_t record, size_t size, size_t strings,
			   size_t fields)
{
	size_t base = peek(bundle, HEADER(strings_offset));
	size_t limit = peek(bundle, HEADER(strings_size));
	uint32_t sum = (uint32_t)crc32(0, bundle + record, (uInt)size);

	for (size_t i = 0; i < fields; i++) {
		size_t at = peek(bundle, record + strings + 4 * i, 4), length;

		if (at >= limit)
			continue; /* a damaged record has no defined strings */
		length = strnlen((const char *)bundle + base + at, limit - at);
		if (length < limit - at)
			sum = (uint32_t)crc32(sum, bundle + base + at, (uInt)length + 1);
	}
	return sum;
}

void fix_entry(uint8_t *bundle, uint32_t number)
{
	size_t at = entry_at(bundle, number), size = peek(bundle, HEADER(entry_size)) - 4;

	poke(bundle, at + size, 4, record_sum(bundle, at, size, 8, 5));
}

void fix_blob(uint8_t *bundle, uint32_t number)
{
	size_t at = blob_at(bundle, number), size = peek(bundle, HEADER(blob_size)) - 4;

	poke(bundle, at + size, 4, record_sum(bundle, at, size, 0, 0));
}

void fix_block(uint8_t *bundle, uint32_t number)
{
	size_t at = block_at(bundle, number), size = peek(bundle, HEADER(block_size)) - 4;

	poke(bundle, at + size, 4, record_sum(bundle, at, size, 0, 0));
}

void fix_object(uint8_t *bundle, uint32_t number)
{
	size_t at = object_at(bundle, number), size = peek(bundle, HEADER(object_size)) - 4;

	poke(bundle, at + size, 4, record_sum(bundle, at, size, 8, 1));
}

void fix_header(uint8_t *bundle)
{
	poke(bundle, 92, 4, crc32(0, bundle, 92));
}

void fix_tables(uint8_t *bundle)
{
	poke(bundle, 88, 4, crc32(0, bundle + 96, (uInt)(peek(bundle, HEADER(data_offset)) - 96)));
	fix_header(bundle);
}

static size_t align8(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* Strings are written one after the other; equal ones are not shared. */
static uint32_t add_string(uint8_t *bundle, size_t base, size_t *size, const char *string)
{
	uint32_t at = (uint32_t)*size;

	if (!string || !*string)
		return 0;
	memcpy(bundle + base + at, string, strlen(string) + 1);
	*size += strlen(string) + 1;
	assert(base + *size < ROOM / 2);
	return at;
}

static void put_entry(uint8_t *bundle, uint32_t number, const struct made_entry *entry,
		      size_t strings, size_t *strings_size)
{
	size_t at = entry_at(bundle, number);
	const char *const texts[] = {entry->release, entry->machine, entry->os_id,
				     entry->version_id, entry->uname_version};

	poke(bundle, at, 4, corebtf_format_hash(entry->release, entry->machine));
	poke(bundle, at + 4, 4, entry->blob);
	for (size_t i = 0; i < 5; i++)
		poke(bundle, at + 8 + 4 * i, 4,
		     add_string(bundle, strings, strings_size, texts[i]));
	if (entry->build_id) {
		poke(bundle, at + 28, 4, strlen(entry->build_id));
		memcpy(bundle + at + 32, entry->build_id, strlen(entry->build_id));
	}
}

/* The bytes of one block: its blobs in a row, each at a multiple of 8. */
static size_t fill_block(uint8_t *bundle, const struct made_bundle *what, uint32_t block,
			 uint8_t *bytes)
{
	size_t size = 0;

	for (uint32_t i = 0; i < what->blob_count; i++) {
		const struct made_blob *blob = &what->blobs[i];
		size_t at = blob_at(bundle, i);

		if (blob->block != block)
			continue;
		size = align8(size);
		poke(bundle, at, 4, block);
		poke(bundle, at + 4, 4, size);
		poke(bundle, at + 8, 4, blob->size);
		poke(bundle, at + 12, 4, crc32(0, blob->data, (uInt)blob->size));
		fix_blob(bundle, i);
		memcpy(bytes + size, blob->data, blob->size);
		size += blob->size;
		assert(size < ROOM / 4);
	}
	return size;
}

/* Whether entry @a stands behind entry @b: by hash, in packed tables by release and machine. */
static bool is_behind(const struct made_bundle *what, uint32_t a, uint32_t b)
{
	const struct made_entry *left = &what->entries[a], *right = &what->entries[b];
	int order = strcmp(left->release, right->release);

	if (what->unsorted)
		return false;
	if (what->packed_tables)
		return (order ? order : strcmp(left->machine, right->machine)) > 0;
	return corebtf_format_hash(left->release, left->machine) >
	       corebtf_format_hash(right->release, right->machine);
}

/* Replaces the words in the first @size bytes of each record by what must be added to those of the
 * record before. */
static void take_differences(uint8_t *bundle, size_t (*record_at)(const uint8_t *, uint32_t),
			     uint64_t count, size_t size)
{
	for (uint32_t i = (uint32_t)count; i-- > 1;) {
		size_t record = record_at(bundle, i), previous = record_at(bundle, i - 1);

		for (size_t at = 0; at < size; at += 4)
			poke(bundle, record + at, 4,
			     peek(bundle, record + at, 4) - peek(bundle, previous + at, 4));
	}
}

/* Replaces the tables by an .xz stream of them. */
static size_t pack_tables(uint8_t *bundle, size_t size)
{
	size_t data = peek(bundle, HEADER(data_offset)), packed = 0, moved;
	uint8_t *stream = malloc(ROOM);

	for (uint32_t i = 0; i < peek(bundle, HEADER(entry_count)); i++) {
		memset(bundle + entry_at(bundle, i), 0, 4);
		memset(bundle + entry_at(bundle, i + 1) - 4, 0, 4);
	}
	for (uint32_t i = 0; i < peek(bundle, HEADER(blob_count)); i++)
		memset(bundle + blob_at(bundle, i + 1) - 4, 0, 4);
	for (uint32_t i = 0; i < peek(bundle, HEADER(block_count)); i++)
		memset(bundle + block_at(bundle, i + 1) - 4, 0, 4);
	for (uint32_t i = 0; i < peek(bundle, HEADER(object_count)); i++)
		memset(bundle + object_at(bundle, i + 1) - 4, 0, 4);
	take_differences(bundle, entry_at, peek(bundle, HEADER(entry_count)), 32);
	take_differences(bundle, blob_at, peek(bundle, HEADER(blob_count)),
			 peek(bundle, HEADER(blob_size)));
	take_differences(bundle, block_at, peek(bundle, HEADER(block_count)),
			 peek(bundle, HEADER(block_size)));
	take_differences(bundle, object_at, peek(bundle, HEADER(object_count)),
			 peek(bundle, HEADER(object_size)));
	if (!stream || lzma_easy_buffer_encode(0, LZMA_CHECK_NONE, NULL, bundle + 96, data - 96,
					       stream, &packed, ROOM) != LZMA_OK)
		abort();
	moved = align8(96 + packed);
	assert(moved <= data);
	memmove(bundle + moved, bundle + data, size - data);
	memset(bundle + 96, 0, moved - 96);
	memcpy(bundle + 96, stream, packed);
	free(stream);
	poke(bundle, HEADER(data_offset), moved);
	poke(bundle, HEADER(packed_tables_size), packed);
	poke(bundle, HEADER(features), peek(bundle, HEADER(features)) | 2);
	return size - data + moved;
}

uint8_t *make_bundle(const struct made_bundle *what, size_t *ret_size)
{
	uint8_t *bundle = calloc(1, ROOM), *bytes = calloc(1, ROOM);
	size_t at = 96, strings, strings_size = 1, data;
	uint16_t longer = what->longer_records ? 8 : 0;
	uint32_t order[ROOM / 64];

	assert(bundle && bytes);
	memcpy(bundle, COREBTF_MAGIC, 8);
	bundle[8] = what->big_endian ? 1 : 4; /* poke() looks here */
	poke(bundle, 8, 4, 0x01020304);
	poke(bundle, HEADER(version), 2);
	poke(bundle, HEADER(header_size), 96);
	poke(bundle, HEADER(features), what->xz ? 1 : 0);
	poke(bundle, HEADER(entry_count), what->entry_count);
	poke(bundle, HEADER(blob_count), what->blob_count);
	poke(bundle, HEADER(block_count), what->block_count);
	poke(bundle, HEADER(object_count), what->object_count);
	poke(bundle, HEADER(entry_size), 56 + longer);
	poke(bundle, HEADER(blob_size), 20 + longer);
	poke(bundle, HEADER(block_size), 20 + longer);
	poke(bundle, HEADER(object_size), 20 + longer);
	poke(bundle, HEADER(entries_offset), at);
	at = align8(at + (56 + longer) * what->entry_count);
	poke(bundle, HEADER(blobs_offset), at);
	at = align8(at + (20 + longer) * what->blob_count);
	poke(bundle, HEADER(blocks_offset), at);
	at = align8(at + (20 + longer) * what->block_count);
	poke(bundle, HEADER(objects_offset), at);
	at = align8(at + (20 + longer) * what->object_count);
	poke(bundle, HEADER(strings_offset), at);
	strings = at;

	/* Equal ones in the given order: tests choose their ties. */
	for (uint32_t i = 0; i < what->entry_count; i++) {
		uint32_t place = i;

		for (; place && is_behind(what, order[place - 1], i); place--)
			order[place] = order[place - 1];
		order[place] = i;
	}
	for (uint32_t i = 0; i < what->entry_count; i++)
		put_entry(bundle, i, &what->entries[order[i]], strings, &strings_size);
	for (uint32_t i = 0; i < what->object_count; i++) {
		size_t record = object_at(bundle, i);

		poke(bundle, record, 8, what->objects[i].digest);
		poke(bundle, record + 8, 4,
		     add_string(bundle, strings, &strings_size, what->objects[i].name));
		poke(bundle, record + 12, 4, what->objects[i].relocation_count);
	}
	poke(bundle, HEADER(strings_size), strings_size);
	data = align8(strings + strings_size);
	poke(bundle, HEADER(data_offset), data);
	for (uint32_t i = 0; i < what->entry_count; i++)
		fix_entry(bundle, i);
	for (uint32_t i = 0; i < what->object_count; i++)
		fix_object(bundle, i);

	at = data;
	for (uint32_t i = 0; i < what->block_count; i++) {
		size_t unpacked = fill_block(bundle, what, i, bytes);
		size_t stored = 0, record = block_at(bundle, i);

		if (what->xz) {
			lzma_ret result =
				lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, bytes, unpacked,
							bundle + at, &stored, ROOM - at);

			assert(result == LZMA_OK);
			(void)result;
		} else {
			assert(at + unpacked < ROOM);
			memcpy(bundle + at, bytes, unpacked);
			stored = unpacked;
		}
		poke(bundle, record, 4, at - data);
		poke(bundle, record + 4, 4, stored);
		poke(bundle, record + 8, 4, unpacked);
		poke(bundle, record + 12, 4, what->xz ? 1 : 0);
		fix_block(bundle, i);
		memset(bytes, 0, unpacked);
		at = align8(at + stored);
	}
	if (what->packed_tables)
		at = pack_tables(bundle, at);
	poke(bundle, HEADER(size), at);
	fix_tables(bundle);
	free(bytes);
	*ret_size = at;
	return bundle;
}
