/* SPDX-License-Identifier: MIT */
/*
 * Integers of any width up to 128 bits out of an event's bytes, which are in the order of this
 * machine. A bit-field counts its bits from the low end on little-endian machines and from the high
 * end on big-endian ones.
 */
#ifndef COREBTF_RUNNER_BITS_H
#define COREBTF_RUNNER_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BITS_HOST_IS_BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* The widest integers that are shown as numbers: 64 bits where the compiler has none of 128 (32-bit
 * machines). Wider ones are shown as bytes. */
#ifdef __SIZEOF_INT128__
typedef unsigned __int128 bits_wide;
typedef __int128 bits_wide_signed;
#else
typedef uint64_t bits_wide;
typedef int64_t bits_wide_signed;
#endif
#define BITS_WIDEST (8 * (unsigned)sizeof(bits_wide))

/* The bytes that @bits bits span, @shift bits (0 to 7) into the first. */
static inline size_t bits_span(unsigned shift, unsigned bits)
{
	return (shift + bits + 7) / 8;
}

/* 1 to BITS_WIDEST bits that span no more bytes than that, all of which the caller has checked to
 * be there. */
static inline bits_wide bits_load(const uint8_t *bytes, unsigned shift, unsigned bits, bool is_big)
{
	size_t span = bits_span(shift, bits);
	bits_wide value = 0;

	for (size_t i = 0; i < span; i++)
		value = value << 8 | bytes[is_big ? i : span - 1 - i];
	value >>= is_big ? span * 8 - shift - bits : shift;
	return bits < BITS_WIDEST ? value & (((bits_wide)1 << bits) - 1) : value;
}

static inline bits_wide_signed bits_extend_sign(bits_wide value, unsigned bits)
{
	return (bits_wide_signed)(value << (BITS_WIDEST - bits)) >> (BITS_WIDEST - bits);
}

/* A whole integer of 1, 2, 4 or 8 bytes. */
static inline uint64_t bits_load_whole(const uint8_t *bytes, size_t size)
{
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	switch (size) {
	case 1:
		return *bytes;
	case 2:
		memcpy(&two, bytes, sizeof(two));
		return two;
	case 4:
		memcpy(&four, bytes, sizeof(four));
		return four;
	default:
		memcpy(&eight, bytes, sizeof(eight));
		return eight;
	}
}

#endif
