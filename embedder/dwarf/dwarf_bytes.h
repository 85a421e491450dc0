/* SPDX-License-Identifier: MIT */
/*
 * Numbers out of untrusted DWARF, one after the other. A read past the end gives 0 and marks the
 * bytes as failed, so that a run of reads is checked once, at its end.
 */
#ifndef COREBTF_DWARF_DWARF_BYTES_H
#define COREBTF_DWARF_DWARF_BYTES_H

#include "runtime/util/bytes.h"

struct dwarf_bytes {
	const uint8_t *at, *end;
	bool swapped; /* they have the other byte order than this machine */
	bool failed;
};

static inline size_t dwarf_bytes_left(const struct dwarf_bytes *bytes)
{
	return (size_t)(bytes->end - bytes->at);
}

/* Steps over @size bytes. */
static inline void dwarf_bytes_skip(struct dwarf_bytes *bytes, uint64_t size)
{
	if (__builtin_expect(size > dwarf_bytes_left(bytes), 0)) {
		bytes->failed = true;
		bytes->at = bytes->end;
		return;
	}
	bytes->at += size;
}

/* An unsigned integer of @width bytes: 1, 2, 4 or 8. */
static inline uint64_t dwarf_bytes_fixed(struct dwarf_bytes *bytes, size_t width)
{
	const uint8_t *at = bytes->at;

	dwarf_bytes_skip(bytes, width);
	return __builtin_expect(bytes->failed, 0) ? 0 : bytes_load(at, width, bytes->swapped);
}

/* ULEB128. Bits above 64 are dropped, as all readers do. */
static inline uint64_t dwarf_bytes_uleb(struct dwarf_bytes *bytes)
{
	uint64_t value = 0;
	unsigned int shift = 0;

	/* Nearly all have one byte. */
	if (__builtin_expect(bytes->at < bytes->end && *bytes->at < 0x80, 1))
		return *bytes->at++;
	while (bytes->at < bytes->end) {
		uint8_t byte = *bytes->at++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		if (!(byte & 0x80))
			return value;
	}
	bytes->failed = true;
	return 0;
}

/* SLEB128. */
static inline int64_t dwarf_bytes_sleb(struct dwarf_bytes *bytes)
{
	uint64_t value = 0;
	unsigned int shift = 0;

	while (bytes->at < bytes->end) {
		uint8_t byte = *bytes->at++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		if (byte & 0x80)
			continue;
		if (shift < 64 && byte & 0x40)
			value |= ~UINT64_C(0) << shift;
		return (int64_t)value;
	}
	bytes->failed = true;
	return 0;
}

/* A string that ends with a NUL, or NULL. */
static inline const char *dwarf_bytes_string(struct dwarf_bytes *bytes)
{
	const char *text = (const char *)bytes->at;
	const uint8_t *nul = memchr(bytes->at, 0, dwarf_bytes_left(bytes));

	if (!nul) {
		bytes->failed = true;
		bytes->at = bytes->end;
		return NULL;
	}
	bytes->at = nul + 1;
	return text;
}

#endif
