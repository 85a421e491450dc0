/* SPDX-License-Identifier: MIT */
/*
 * In: a packed kernel in memory. Out: the kernel.
 *
 * The size behind the payload comes from the kernel's build (scripts/Makefile.lib, "size_append");
 * gzip ends with it anyway. It says how much memory is needed before any is taken, and is the only
 * thing that shows an lz4 payload cut off between two blocks.
 */
#include "embedder/image/kernel_payload.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/packed_stream.h"
#include "embedder/util/cleanup.h"

#define SIZE_WORD_SIZE sizeof(uint32_t)

/* How packed kernels start, also those in a packing that is not read here. */
static const uint8_t lzo_magic[] = {0x89, 'L', 'Z', 'O'};
static const uint8_t gzip_magic[] = {0x1f, 0x8b};

static void cleanup_stream(struct packed_stream **stream)
{
	packed_stream_close(*stream);
}

static bool starts_with(const uint8_t *bytes, size_t size, const uint8_t *magic, size_t magic_size)
{
	return size >= magic_size && memcmp(bytes, magic, magic_size) == 0;
}

static int check_packing(const uint8_t *bytes, size_t size, struct reason *why)
{
	if (starts_with(bytes, size, lzo_magic, sizeof(lzo_magic)))
		return reason_set(why, -EOPNOTSUPP,
				  "its kernel is packed with lzo, which is not read "
				  "here; unpack it first, or give the vmlinux it was made from");
	if (size < SIZE_WORD_SIZE || !packed_stream_is_packed(bytes, size))
		return reason_set(why, -EOPNOTSUPP,
				  "its kernel is not packed with gzip, xz, lzma, zstd, "
				  "lz4 or bzip2, by its first bytes");
	return 0;
}

size_t kernel_payload_unpacked_size(const void *payload, size_t size)
{
	uint32_t word = 0;

	if (size >= SIZE_WORD_SIZE)
		memcpy(&word, (const uint8_t *)payload + size - SIZE_WORD_SIZE, sizeof(word));
	return le32toh(word);
}

int kernel_payload_unpack(const void *payload, size_t size, void **ret_data, size_t *ret_size,
			  struct reason *why)
{
	_cleanup_(cleanup_stream) struct packed_stream *stream = NULL;
	_cleanup_free_ void *data = NULL;
	struct packed_memory memory = {payload, size};
	struct packed_source source = {packed_memory_read, &memory};
	size_t stated_size = kernel_payload_unpacked_size(payload, size), unpacked_size = 0;
	struct reason packed_why = {""};
	int err = check_packing(payload, size, why);

	if (err)
		return err;
	if (stated_size > KERNEL_PAYLOAD_SIZE_MAX)
		return reason_set(why, -EFBIG,
				  "its kernel is said to unpack to %zu bytes, more than the "
				  "%zu that are accepted",
				  stated_size, KERNEL_PAYLOAD_SIZE_MAX);
	if (!starts_with(payload, size, gzip_magic, sizeof(gzip_magic)))
		memory.size -= SIZE_WORD_SIZE;
	err = packed_stream_open(&source, &stream, &packed_why);
	if (!err)
		err = packed_stream_read_all(stream, stated_size, stated_size, &data,
					     &unpacked_size, &packed_why);
	if (err == -EFBIG)
		return reason_set(why, -EBADMSG,
				  "its kernel unpacks to more than the %zu bytes that the image "
				  "says: it is damaged",
				  stated_size);
	if (err)
		return reason_set(why, err, "its packed kernel: %s", packed_why.text);
	if (unpacked_size != stated_size)
		return reason_set(why, -EBADMSG,
				  "its kernel unpacks to %zu bytes, not to the %zu that the "
				  "image says: it is damaged",
				  unpacked_size, stated_size);
	*ret_data = TAKE_PTR(data);
	*ret_size = unpacked_size;
	return 0;
}
