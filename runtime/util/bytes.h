/* SPDX-License-Identifier: MIT */
/*
 * Integers out of bytes that may have the other byte order and any alignment: `objcopy
 * --add-section` puts a section wherever the file happens to end.
 */
#ifndef COREBTF_BYTES_H
#define COREBTF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BYTES_HOST_IS_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* An unsigned integer of @width bytes: 1, 2, 4 or 8. */
static inline uint64_t bytes_load(const void *bytes, size_t width, bool swapped)
{
	uint64_t value64;
	uint32_t value32;
	uint16_t value16;

	switch (width) {
	case 1:
		return *(const uint8_t *)bytes;
	case 2:
		memcpy(&value16, bytes, sizeof(value16));
		return swapped ? __builtin_bswap16(value16) : value16;
	case 4:
		memcpy(&value32, bytes, sizeof(value32));
		return swapped ? __builtin_bswap32(value32) : value32;
	default:
		memcpy(&value64, bytes, sizeof(value64));
		return swapped ? __builtin_bswap64(value64) : value64;
	}
}

/* One integer member of the struct @type that lies at @record. */
#define BYTES_MEMBER(record, type, member, swapped)                                                \
	bytes_load((const uint8_t *)(record) + offsetof(type, member),                             \
		   sizeof(((type *)0)->member), (swapped))

#endif
