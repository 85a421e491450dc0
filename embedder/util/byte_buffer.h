/* SPDX-License-Identifier: MIT */
/*
 * A growing byte buffer. A failed append marks the buffer, so that the caller checks once, at the
 * end, with byte_buffer_failed().
 */
#ifndef COREBTF_UTIL_BYTE_BUFFER_H
#define COREBTF_UTIL_BYTE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts zeroed. */
struct byte_buffer {
	unsigned char *data;
	size_t size, capacity;
	bool failed;
};

/* Room for @size more bytes, at the end, not initialised; NULL when there is no memory. */
void *byte_buffer_grow(struct byte_buffer *buffer, size_t size);

void byte_buffer_append(struct byte_buffer *buffer, const void *data, size_t size);
void byte_buffer_append_u8(struct byte_buffer *buffer, uint8_t value);
void byte_buffer_append_u32(struct byte_buffer *buffer, uint32_t value);

/* Forgets the bytes and keeps the memory. */
void byte_buffer_clear(struct byte_buffer *buffer);
void byte_buffer_free(struct byte_buffer *buffer);

static inline bool byte_buffer_failed(const struct byte_buffer *buffer)
{
	return buffer->failed;
}

#endif
