/* SPDX-License-Identifier: MIT */
#include "embedder/pack/pack_parts.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "embedder/pack/pack_format.h"

bool pack_parts_are(const void *start, size_t size)
{
	return size >= PACK_MAGIC_SIZE && memcmp(start, PACK_MAGIC, PACK_MAGIC_SIZE) == 0;
}

static uint32_t checksum(const void *bytes, size_t size)
{
	return (uint32_t)crc32_z(0, bytes, size);
}

static int newer(struct reason *why, const char *what, unsigned int number)
{
	return reason_set(why, -EOPNOTSUPP,
			  "its %s (%#x) is newer than this corebtf; use a newer corebtf", what,
			  number);
}

/* The steps of docs/pack-format.md, 5. */
static int check_header(const void *data, size_t size, struct pack_header *ret_header,
			struct reason *why)
{
	struct pack_header header;
	uint64_t said;

	if (!pack_parts_are(data, size))
		return reason_set(why, -EBADMSG, "it is no pack, by its first bytes");
	if (size < sizeof(header))
		return reason_set(why, -EBADMSG,
				  "it is cut off: %zu bytes, less than a pack's header", size);
	memcpy(&header, data, sizeof(header));
	if (le16toh(header.version) > PACK_VERSION)
		return newer(why, "version", le16toh(header.version));
	if (le32toh(header.checksum) != checksum(&header, offsetof(struct pack_header, checksum)))
		return reason_set(why, -EBADMSG, "its header is damaged: the checksum is wrong");
	if (le16toh(header.version) != PACK_VERSION)
		return reason_set(why, -EBADMSG, "its version %u never was one",
				  le16toh(header.version));
	if (le32toh(header.features) & ~PACK_FEATURES_KNOWN)
		return newer(why, "feature", le32toh(header.features));
	said = le64toh(header.size);
	if (said > size)
		return reason_set(why, -EBADMSG, "it is cut off: %zu bytes of %llu", size,
				  (unsigned long long)said);
	if (said < size || said > PACK_SIZE_MAX || le16toh(header.header_size) != sizeof(header))
		return reason_set(why, -EBADMSG, "its header says %llu bytes, and it has %zu",
				  (unsigned long long)said, size);
	for (size_t i = 0; i < sizeof(header.reserved); i++)
		if (header.reserved[i])
			return reason_set(why, -EBADMSG, "its header has bytes where zeros belong");
	if (le32toh(header.kernel_count) > PACK_KERNELS_MAX ||
	    le32toh(header.type_count) > PACK_TYPES_MAX ||
	    le32toh(header.slot_count) > le32toh(header.type_count))
		return reason_set(why, -EBADMSG,
				  "its header says %u kernels, %u types and %u slots: more than a "
				  "pack has",
				  le32toh(header.kernel_count), le32toh(header.type_count),
				  le32toh(header.slot_count));
	*ret_header = header;
	return 0;
}

/* All parts lie inside, one after the other, and do not unpack to more than a reader takes. */
static int read_records(const uint8_t *data, const struct pack_header *header,
			struct pack_parts *parts, struct reason *why)
{
	uint64_t size = le64toh(header->size), unpacked = le32toh(header->strings_size);
	uint64_t next = PACK_HEADER_SIZE + (uint64_t)parts->count * sizeof(struct pack_part);

	for (uint32_t i = 0; i < parts->count; i++) {
		struct pack_place *place = &parts->places[i];
		struct pack_part record;

		memcpy(&record, data + PACK_HEADER_SIZE + (size_t)i * sizeof(record),
		       sizeof(record));
		*place = (struct pack_place){
			.id = le16toh(record.id),
			.codec = le16toh(record.codec),
			.size = le32toh(record.size),
			.stored_size = le32toh(record.stored_size),
			.checksum = le32toh(record.checksum),
			.stored = data + next,
		};
		if (place->codec > PACK_CODEC_ZSTD)
			return newer(why, "codec", place->codec);
		next += place->stored_size;
		unpacked += place->size;
		if (next > size || !place->size || (i && place->id <= parts->places[i - 1].id) ||
		    (place->codec == PACK_CODEC_RAW && place->size != place->stored_size))
			return reason_set(why, -EBADMSG, "the record of part %#x is damaged",
					  place->id);
	}
	if (next != size)
		return reason_set(why, -EBADMSG, "its parts end at %llu, and it has %llu bytes",
				  (unsigned long long)next, (unsigned long long)size);
	if (unpacked > PACK_SIZE_MAX || unpacked > PACK_RATIO_SLACK + size * PACK_RATIO_MAX)
		return reason_set(why, -EBADMSG,
				  "its %llu bytes say that they unpack to %llu, which no real pack "
				  "does",
				  (unsigned long long)size, (unsigned long long)unpacked);
	return 0;
}

int pack_parts_open(const void *data, size_t size, struct pack_parts *ret_parts, struct reason *why)
{
	struct pack_header header = {.size = 0};
	struct pack_parts parts;
	int err = check_header(data, size, &header, why);

	if (err)
		return err;
	parts = (struct pack_parts){
		.size = size,
		.kernel_count = le32toh(header.kernel_count),
		.type_count = le32toh(header.type_count),
		.slot_count = le32toh(header.slot_count),
		.strings_size = le32toh(header.strings_size),
		.count = le32toh(header.part_count),
	};
	if (parts.count > (size - PACK_HEADER_SIZE) / sizeof(struct pack_part) ||
	    checksum((const uint8_t *)data + PACK_HEADER_SIZE,
		     (size_t)parts.count * sizeof(struct pack_part)) !=
		    le32toh(header.parts_checksum))
		return reason_set(why, -EBADMSG,
				  "the records of its parts are damaged: the "
				  "checksum is wrong");
	parts.places = malloc(((size_t)parts.count + 1) * sizeof(*parts.places));
	if (!parts.places)
		return reason_errno(why, -ENOMEM, "cannot read it");
	err = read_records(data, &header, &parts, why);
	if (err) {
		pack_parts_close(&parts);
		return err;
	}
	*ret_parts = parts;
	return 0;
}

void pack_parts_close(struct pack_parts *parts)
{
	free(parts->places);
	*parts = (struct pack_parts){.places = NULL};
}

static int unpack(const struct pack_place *place, void **ret_memory, struct reason *why)
{
	void *memory = malloc(place->size);
	size_t size;

	if (!memory)
		return reason_set(why, -ENOMEM, "out of memory for part %#x", place->id);
	size = ZSTD_decompress(memory, place->size, place->stored, place->stored_size);
	if (ZSTD_isError(size) || size != place->size) {
		free(memory);
		return reason_set(why, -EBADMSG, "part %#x is damaged: %s", place->id,
				  ZSTD_isError(size) ? ZSTD_getErrorName(size)
						     : "it unpacks to less than it says");
	}
	*ret_memory = memory;
	return 0;
}

static const struct pack_place *find_part(const struct pack_parts *parts, uint32_t id)
{
	for (uint32_t i = 0; i < parts->count; i++)
		if (parts->places[i].id == id)
			return &parts->places[i];
	return NULL;
}

uint32_t pack_parts_size(const struct pack_parts *parts, uint32_t id)
{
	const struct pack_place *place = find_part(parts, id);

	return place ? place->size : 0;
}

int pack_parts_read(const struct pack_parts *parts, uint32_t id, void **ret_memory,
		    struct column_reader *ret_reader, struct reason *why)
{
	const struct pack_place *place = find_part(parts, id);
	const uint8_t *bytes;
	int err;

	*ret_memory = NULL;
	*ret_reader = (struct column_reader){.next = NULL};
	if (!place)
		return 0;
	if (checksum(place->stored, place->stored_size) != place->checksum)
		return reason_set(why, -EBADMSG, "part %#x is damaged: the checksum is wrong", id);
	bytes = place->stored;
	if (place->codec == PACK_CODEC_ZSTD) {
		err = unpack(place, ret_memory, why);
		if (err)
			return err;
		bytes = *ret_memory;
	}
	*ret_reader = (struct column_reader){.next = bytes, .end = bytes + place->size};
	return 0;
}
