/* SPDX-License-Identifier: MIT */
/*
 * A pack from outside: opened, all kernels made to BTF, merged with what is there already, written
 * and read again. Checksums are made right first, since no fuzzer finds them; those of the kernels'
 * types stay as they are.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "embedder/pack/pack_btf.h"
#include "embedder/pack/pack_format.h"
#include "embedder/pack/pack_source.h"
#include "embedder/pack/pack_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t checksum(const uint8_t *bytes, size_t size)
{
	return htole32((uint32_t)crc32_z(0, bytes, size));
}

static void correct_checksums(uint8_t *bytes, size_t size)
{
	struct pack_header header;
	size_t records = PACK_HEADER_SIZE, next;

	if (size < sizeof(header))
		return;
	memcpy(&header, bytes, sizeof(header));
	memcpy(header.magic, PACK_MAGIC, PACK_MAGIC_SIZE);
	header.size = htole64(size);
	next = le32toh(header.part_count);
	if (next > (size - records) / sizeof(struct pack_part))
		return;
	next = records + next * sizeof(struct pack_part);
	header.parts_checksum = 0;
	for (size_t place = records, data = next; place < next; place += sizeof(struct pack_part)) {
		struct pack_part part;
		size_t stored;

		memcpy(&part, bytes + place, sizeof(part));
		stored = le32toh(part.stored_size);
		if (stored > size - data)
			break;
		part.checksum = checksum(bytes + data, stored);
		memcpy(bytes + place, &part, sizeof(part));
		data += stored;
	}
	header.parts_checksum = checksum(bytes + records, next - records);
	header.checksum =
		checksum((const uint8_t *)&header, offsetof(struct pack_header, checksum));
	memcpy(bytes, &header, sizeof(header));
}

static void write_again(struct pack_reader *reader)
{
	struct byte_buffer bytes = {.data = NULL};
	struct reason why;
	struct pack pack;

	if (pack_init(&pack))
		return;
	if (!pack_reader_merge(reader, &pack, NULL, NULL, &why) &&
	    !pack_write(&pack, &bytes, &why)) {
		struct pack_reader again;

		/* What we write, we read. */
		if (pack_reader_open_memory(bytes.data, bytes.size, &again, &why) ||
		    pack_reader_load(&again, &why))
			abort();
		bytes.data = NULL;
		pack_reader_close(&again);
	}
	byte_buffer_free(&bytes);
	pack_free(&pack);
}

static int see_name(void *context, uint32_t id, const struct btf_type *type, const char *name)
{
	*(size_t *)context += strlen(name) + id + type->info;
	return 0;
}

/* As trimming reads a pack: without the cold types, through a source for each kernel. */
static void read_as_sources(const uint8_t *data, size_t size)
{
	static const struct wanted_name names[] = {{"inner", 5}, {"int", 3}, {"state", 5}};
	static const struct wanted_types wanted = {
		.kinds = UINT32_MAX, .names = (struct wanted_name *)names, .name_count = 3};
	struct pack_source source = {.reader = NULL};
	struct pack_reader reader;
	struct reason why;
	size_t sum = 0;
	uint8_t *copy = malloc(size + 1);

	memcpy(copy, data, size);
	if (pack_reader_open_memory(copy, size, &reader, &why))
		return;
	for (size_t i = 0; i < reader.count && i < 16; i++) {
		struct type_view *view = &source.types.view;

		if (pack_reader_load_warm(&reader, &why) ||
		    pack_source_open(&source, &reader, i, &why) ||
		    source.types.find(&source.types, &wanted, see_name, &sum, &why))
			break;
		for (uint32_t id = 1; id < view->type_count && id < 4096; id++) {
			uint32_t stripped = id;

			if (type_view_type(view, id))
				type_view_strip(view, &stripped);
		}
	}
	pack_source_free(&source);
	pack_reader_close(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pack_reader reader;
	struct reason why;
	uint8_t *copy = malloc(size + 1);

	memcpy(copy, data, size);
	correct_checksums(copy, size);
	read_as_sources(copy, size);
	if (pack_reader_open_memory(copy, size, &reader, &why))
		return 0;
	for (size_t i = 0; i < reader.count && i < 16; i++) {
		void *btf;
		size_t btf_size;

		if (!pack_btf_make(&reader, i, &btf, &btf_size, &why))
			free(btf);
	}
	write_again(&reader);
	pack_reader_close(&reader);
	return 0;
}
