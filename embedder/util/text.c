/* SPDX-License-Identifier: MIT */
/*
 * In: names and numbers. Out: text that is fit to print, and how a name ends.
 */
#include "embedder/util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t text_character_length(const char *text)
{
	const uint8_t *bytes = (const uint8_t *)text;
	uint32_t code, smallest;
	size_t length;

	if (bytes[0] < 0x80)
		return 1;
	if (bytes[0] >= 0xc2 && bytes[0] < 0xe0) {
		length = 2;
		code = bytes[0] & 0x1f;
		smallest = 0x80;
	} else if (bytes[0] >= 0xe0 && bytes[0] < 0xf0) {
		length = 3;
		code = bytes[0] & 0x0f;
		smallest = 0x800;
	} else if (bytes[0] >= 0xf0 && bytes[0] < 0xf5) {
		length = 4;
		code = bytes[0] & 0x07;
		smallest = 0x10000;
	} else {
		return 0;
	}
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80) /* the terminating NUL as well */
			return 0;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	if (code < smallest || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	return length;
}

bool text_ends_with(const char *text, size_t length, const char *end)
{
	size_t size = strlen(end);

	return length > size && memcmp(text + length - size, end, size) == 0;
}

char *text_printable(const char *text)
{
	char *printable = malloc(strlen(text) * 4 + 1), *end = printable;

	if (!printable)
		return NULL;
	while (*text) {
		size_t length = text_character_length(text);
		uint8_t first = (uint8_t)text[0], second = (uint8_t)text[1];

		/* U+0080 to U+009F are control characters, too: 0xc2 0x80 to 0xc2 0x9f. */
		if (!length || first < 0x20 || first == 0x7f ||
		    (length == 2 && first == 0xc2 && second < 0xa0)) {
			end += sprintf(end, "\\x%02x", first);
			text++;
			continue;
		}
		memcpy(end, text, length);
		end += length;
		text += length;
	}
	*end = '\0';
	return printable;
}

struct text_figure text_count(uint64_t number)
{
	struct text_figure figure = {""};
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);
	char *end = figure.text;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*end++ = ',';
		*end++ = digits[i];
	}
	*end = '\0';
	return figure;
}

struct text_figure text_size(uint64_t bytes)
{
	struct text_figure figure;

	if (bytes < 1000)
		snprintf(figure.text, sizeof(figure.text), "%" PRIu64 " byte%s", bytes,
			 text_plural(bytes));
	else if (bytes < 10 * 1000)
		snprintf(figure.text, sizeof(figure.text), "%.1f kB", (double)bytes / 1e3);
	else if (bytes < 999500)
		snprintf(figure.text, sizeof(figure.text), "%.0f kB", (double)bytes / 1e3);
	else
		snprintf(figure.text, sizeof(figure.text), "%.1f MB", (double)bytes / 1e6);
	return figure;
}

const char *text_plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}
