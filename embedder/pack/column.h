/* SPDX-License-Identifier: MIT */
/*
 * Columns of a pack: numbers of one kind, one after the other, as LEB128 (seven bits a byte, the
 * lowest first, the top bit set in all but the last).
 */
#ifndef COREBTF_PACK_COLUMN_H
#define COREBTF_PACK_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/util/byte_buffer.h"

/* What is left to read; starts with all of the bytes. */
struct column_reader {
	const uint8_t *next, *end;
	bool is_damaged; /* a number was cut off, or too large; what is read then is 0 */
};

static inline void column_put(struct byte_buffer *column, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		byte_buffer_append_u8(column, (uint8_t)(value | 0x80));
	byte_buffer_append_u8(column, (uint8_t)value);
}

static inline uint64_t column_get64(struct column_reader *reader)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; shift < 64 && reader->next < reader->end; shift += 7) {
		uint8_t byte = *reader->next++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			if (shift == 63 && byte > 1)
				break;
			return value;
		}
	}
	reader->is_damaged = true;
	return 0;
}

static inline uint32_t column_get(struct column_reader *reader)
{
	uint64_t value;

	if (reader->next < reader->end && *reader->next < 0x80)
		return *reader->next++;
	value = column_get64(reader);
	if (value > UINT32_MAX) {
		reader->is_damaged = true;
		return 0;
	}
	return (uint32_t)value;
}

static inline size_t column_left(const struct column_reader *reader)
{
	return (size_t)(reader->end - reader->next);
}

/* Differences, modulo 2^32, so that small ones of either sign are small numbers. */
static inline uint32_t zigzag(uint32_t difference)
{
	return difference << 1 ^ (uint32_t)((int32_t)difference >> 31);
}

static inline uint32_t unzigzag(uint32_t value)
{
	return value >> 1 ^ (0 - (value & 1));
}

#endif
