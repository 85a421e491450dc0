/* SPDX-License-Identifier: MIT */
/*
 * Differences are taken from the last record to the first and added from the first to the last, so
 * that the record before is unchanged or restored when it is read.
 */
#include <string.h>

#include "runtime/bundle/differences.h"
#include "runtime/util/bytes.h"

#define WORD sizeof(uint32_t)

/* Records of a table, and how many bytes of each are such words. */
struct records {
	uint8_t *bytes;
	size_t count, size, words;
};

#define TABLES 4

static void find_records(uint8_t *tables, const struct corebtf_format_header *header,
			 struct records records[static TABLES])
{
	records[0] = (struct records){tables + header->entries_offset, header->entry_count,
				      header->entry_size, COREBTF_ENTRY_DIFFERENCES};
	records[1] = (struct records){tables + header->blobs_offset, header->blob_count,
				      header->blob_size, header->blob_size};
	records[2] = (struct records){tables + header->blocks_offset, header->block_count,
				      header->block_size, header->block_size};
	records[3] = (struct records){tables + header->objects_offset, header->object_count,
				      header->object_size, header->object_size};
}

static void store_word(uint8_t *bytes, uint32_t value, bool swapped)
{
	if (swapped)
		value = __builtin_bswap32(value);
	memcpy(bytes, &value, WORD);
}

/* Adds the record before to a record, @factor times: 1 or, modulo 2^32, -1. */
static void add_previous(const struct records *records, size_t number, uint32_t factor,
			 bool swapped)
{
	uint8_t *record = records->bytes + number * records->size;

	for (size_t at = 0; at < records->words; at += WORD) {
		uint32_t previous =
			(uint32_t)bytes_load(record - records->size + at, WORD, swapped);
		uint32_t word = (uint32_t)bytes_load(record + at, WORD, swapped);

		store_word(record + at, word + factor * previous, swapped);
	}
}

void differences_take(uint8_t *tables, const struct corebtf_format_header *header, bool swapped)
{
	struct records records[TABLES];

	find_records(tables, header, records);
	for (size_t table = 0; table < TABLES; table++)
		for (size_t i = records[table].count; i-- > 1;)
			add_previous(&records[table], i, UINT32_MAX, swapped);
}

void differences_add(uint8_t *tables, const struct corebtf_format_header *header, bool swapped)
{
	struct records records[TABLES];

	find_records(tables, header, records);
	for (size_t table = 0; table < TABLES; table++)
		for (size_t i = 1; i < records[table].count; i++)
			add_previous(&records[table], i, 1, swapped);
}
