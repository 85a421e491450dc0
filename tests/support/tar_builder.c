/* SPDX-License-Identifier: MIT */
#include <linux/btf.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/support/tar_builder.h"

#define BLOCK	     512
#define SIZE_AT	     124
#define CHECKSUM_AT  148
#define TYPE_AT	     156
#define LINK_AT	     157
#define MAGIC_AT     257
#define NAME_LENGTH  100
#define LINK_LENGTH  100
#define FIELD_LENGTH 12

/* The allocated size for so many bytes: a power of two, as adding small pieces would otherwise copy
 * all of them each time. */
static size_t room_for(size_t size)
{
	size_t room = BLOCK;

	while (room < size)
		room *= 2;
	return room;
}

void bytes_add(struct bytes *bytes, const void *data, size_t size)
{
	size_t room = room_for(bytes->size + size);
	uint8_t *grown = bytes->data;

	if (!grown || room != room_for(bytes->size))
		grown = realloc(grown, room);
	if (!grown)
		abort();
	if (size)
		memcpy(grown + bytes->size, data, size);
	bytes->data = grown;
	bytes->size += size;
}

void bytes_release(struct bytes *bytes)
{
	free(bytes->data);
	memset(bytes, 0, sizeof(*bytes));
}

static void set_checksum(uint8_t header[static BLOCK])
{
	unsigned int sum = 0;
	char text[9];

	memset(header + CHECKSUM_AT, ' ', 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += header[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(header + CHECKSUM_AT, text, 7);
}

void tar_add_header(struct bytes *tar, char type, const char *name, const char *link, uint64_t size)
{
	uint8_t header[BLOCK] = {0};
	char text[FIELD_LENGTH + 1];

	memcpy(header, name, strnlen(name, NAME_LENGTH));
	snprintf(text, sizeof(text), "%011llo", (unsigned long long)size);
	memcpy(header + SIZE_AT, text, FIELD_LENGTH);
	header[TYPE_AT] = (uint8_t)type;
	memcpy(header + LINK_AT, link, strnlen(link, LINK_LENGTH));
	memcpy(header + MAGIC_AT, "ustar\00000", 8);
	set_checksum(header);
	bytes_add(tar, header, sizeof(header));
}

void tar_set_size_field(struct bytes *tar, const char field[static 12])
{
	uint8_t *header = tar->data + tar->size - BLOCK;

	memcpy(header + SIZE_AT, field, FIELD_LENGTH);
	set_checksum(header);
}

void tar_add_data(struct bytes *tar, const void *data, size_t size)
{
	static const uint8_t zeros[BLOCK];

	bytes_add(tar, data, size);
	if (size % BLOCK)
		bytes_add(tar, zeros, BLOCK - size % BLOCK);
}

void tar_add_file(struct bytes *tar, const char *name, const void *data, size_t size)
{
	tar_add_header(tar, '0', name, "", size);
	tar_add_data(tar, data, size);
}

struct bytes make_btf(const char *text)
{
	struct btf_header header = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = 24};
	struct bytes btf = {.data = NULL};

	bytes_add(&btf, &header, 24);
	bytes_add(&btf, text, strlen(text));
	return btf;
}

void tar_add_btf(struct bytes *tar, const char *name, const char *text)
{
	struct bytes btf = make_btf(text);

	tar_add_file(tar, name, btf.data, btf.size);
	bytes_release(&btf);
}

void tar_add_pax(struct bytes *tar, const char *keyword, const char *value)
{
	size_t rest = strlen(keyword) + strlen(value) + 3, length = rest + 1;
	char *record;
	int size;

	/* the length counts its own digits */
	while (length != rest + (size_t)snprintf(NULL, 0, "%zu", length))
		length++;
	size = asprintf(&record, "%zu %s=%s\n", length, keyword, value);
	if (size < 0)
		abort();
	tar_add_header(tar, 'x', "pax", "", (uint64_t)size);
	tar_add_data(tar, record, (size_t)size);
	free(record);
}

void tar_end(struct bytes *tar)
{
	static const uint8_t zeros[2 * BLOCK];

	bytes_add(tar, zeros, sizeof(zeros));
}

struct bytes pack_gzip(const void *data, size_t size)
{
	z_stream stream = {.next_in = (z_const Bytef *)data, .avail_in = (uInt)size};
	struct bytes packed;

	if (deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	packed.size = deflateBound(&stream, size) + 64;
	packed.data = malloc(room_for(packed.size));
	if (!packed.data)
		abort();
	stream.next_out = packed.data;
	stream.avail_out = (uInt)packed.size;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	packed.size = stream.total_out;
	deflateEnd(&stream);
	return packed;
}

struct bytes pack_xz(const void *data, size_t size)
{
	struct bytes packed = {.size = lzma_stream_buffer_bound(size)};
	size_t position = 0;

	packed.data = malloc(room_for(packed.size));
	if (!packed.data || lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, data, size,
						    packed.data, &position, packed.size))
		abort();
	packed.size = position;
	return packed;
}
