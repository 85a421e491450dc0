/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "embedder/util/byte_buffer.h"

void *byte_buffer_grow(struct byte_buffer *buffer, size_t size)
{
	void *room;

	if (size > SIZE_MAX / 4 - buffer->size) {
		buffer->failed = true;
		return NULL;
	}
	if (buffer->size + size > buffer->capacity) {
		size_t capacity = buffer->capacity ? buffer->capacity : 1024;
		unsigned char *data;

		while (capacity < buffer->size + size)
			capacity *= 2;
		data = realloc(buffer->data, capacity);
		if (!data) {
			buffer->failed = true;
			return NULL;
		}
		buffer->data = data;
		buffer->capacity = capacity;
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
