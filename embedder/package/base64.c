/* SPDX-License-Identifier: MIT */
#include "embedder/package/base64.h"

#include <errno.h>
#include <stdint.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* -1: it is none of the letters. */
static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int base64_decode(const char *text, size_t length, unsigned char *data, size_t *ret_size)
{
	size_t padding = 0, size = 0;

	if (length % 4)
		return -EBADMSG;
	while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < length; i += 4) {
		size_t given = i + 4 == length ? 4 - padding : 4;
		uint32_t bits = 0;

		for (size_t k = 0; k < 4; k++) {
			int value = k < given ? value_of(text[i + k]) : 0;

			if (value < 0)
				return -EBADMSG;
			bits = bits << 6 | (uint32_t)value;
		}
		/* The bits that are left over must be zero: one text for the same bytes. */
		if (given < 4 && bits & ((1u << 8 * (4 - given)) - 1))
			return -EBADMSG;
		for (size_t k = 0; k + 1 < given; k++)
			data[size++] = (unsigned char)(bits >> (16 - 8 * k));
	}
	*ret_size = size;
	return 0;
}

void base64_encode(const void *data, size_t size, char *text)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i += 3) {
		size_t given = size - i < 3 ? size - i : 3;
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < given ? bytes[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			*text++ = k <= given ? letters[bits >> (18 - 6 * k) & 63] : '=';
	}
	*text = '\0';
}
