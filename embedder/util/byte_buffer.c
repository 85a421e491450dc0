/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "embedder/util/byte_buffer.h"
#include "runtime/util/array.h"

void *byte_buffer_grow(struct byte_buffer *buffer, size_t size)
{
	void *room;

	if (size > SIZE_MAX - buffer->size ||
	    array_reserve(buffer->data, buffer->capacity, buffer->size + size) != 0) {
		buffer->failed = true;
		return NULL;
	}
	room = buffer->data + buffer->size;
	buffer->size += size;
	return room;
}

void byte_buffer_append(struct byte_buffer *buffer, const void *data, size_t size)
{
	void *room = size ? byte_buffer_grow(buffer, size) : NULL;

	if (room)
		memcpy(room, data, size);
}

void byte_buffer_append_u8(struct byte_buffer *buffer, uint8_t value)
{
	byte_buffer_append(buffer, &value, sizeof(value));
}

void byte_buffer_append_u32(struct byte_buffer *buffer, uint32_t value)
{
	byte_buffer_append(buffer, &value, sizeof(value));
}

void byte_buffer_clear(struct byte_buffer *buffer)
{
	buffer->size = 0;
	buffer->failed = false;
}

void byte_buffer_free(struct byte_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct byte_buffer){0};
}
