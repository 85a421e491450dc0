/* SPDX-License-Identifier: MIT */
/*
 * In: numbers and text. Out: one bounded line. printf() is left to what is rare: numbers make up
 * most of an event, and their digits are cheaper to write by hand.
 */
#include "runner/show/line.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "embedder/util/text.h"

int line_new(struct line *line)
{
	line_clear(line);
	line->data = malloc(LINE_CAPACITY);
	return line->data ? 0 : -ENOMEM;
}

void line_free(struct line *line)
{
	free(line->data);
	line->data = NULL;
}

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
				  "25262728293031323334353637383940414243444546474849"
				  "50515253545556575859606162636465666768697071727374"
				  "75767778798081828384858687888990919293949596979899";

/* Writes the digits so that they end before @end; returns where they start. */
static char *digits_before(char *end, uint64_t value)
{
	while (value >= 100) {
		end -= 2;
		memcpy(end, digit_pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10) {
		end -= 2;
		memcpy(end, digit_pairs + value * 2, 2);
	} else {
		*--end = (char)('0' + value);
	}
	return end;
}

void line_unsigned(struct line *line, uint64_t value)
{
	char digits[LINE_NUMBER], *end = digits + sizeof(digits),
				  *start = digits_before(end, value);

	line_bytes(line, start, (size_t)(end - start));
}

void line_signed(struct line *line, int64_t value)
{
	char digits[LINE_NUMBER], *end = digits + sizeof(digits);
	char *start = digits_before(end, value < 0 ? -(uint64_t)value : (uint64_t)value);

	if (value < 0)
		*--start = '-';
	line_bytes(line, start, (size_t)(end - start));
}

static void line_wide(struct line *line, bits_wide value, bool is_negative)
{
	char digits[LINE_NUMBER], *end = digits + sizeof(digits), *start = end;

	do {
		*--start = (char)('0' + (int)(value % 10));
		value /= 10;
	} while (value);
	if (is_negative)
		*--start = '-';
	line_bytes(line, start, (size_t)(end - start));
}

void line_unsigned_wide(struct line *line, bits_wide value)
{
	line_wide(line, value, false);
}

void line_signed_wide(struct line *line, bits_wide_signed value)
{
	line_wide(line, value < 0 ? -(bits_wide)value : (bits_wide)value, value < 0);
}

static const char hex_digits[] = "0123456789abcdef";

void line_hex(struct line *line, uint64_t value)
{
	char digits[LINE_NUMBER], *end = digits + sizeof(digits), *start = end;

	do {
		*--start = hex_digits[value & 15];
		value >>= 4;
	} while (value);
	*--start = 'x';
	*--start = '0';
	line_bytes(line, start, (size_t)(end - start));
}

void line_hex_bytes(struct line *line, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size && line_has_room(line, 2); i++) {
		line->data[line->size++] = hex_digits[bytes[i] >> 4];
		line->data[line->size++] = hex_digits[bytes[i] & 15];
	}
}

/* text_character_length() stops at a NUL; here the text ends by its size. */
static size_t character_length(const char *text, size_t left)
{
	char character[5] = "";

	memcpy(character, text, left < 4 ? left : 4);
	return text_character_length(character);
}

/* The bytes of @text that were written: one, or both of a control character of two. */
static size_t escape_character(struct line *line, const char *text, size_t left,
			       enum line_escape escape)
{
	uint8_t byte = (uint8_t)*text;
	char escaped[8] = "\\u00";
	size_t length = 4, used = 1;

	if (!byte) {
		line_bytes(line, " ", 1);
		return 1;
	}
	if (escape == LINE_JSON && (byte == '"' || byte == '\\')) {
		escaped[1] = (char)byte;
		line_bytes(line, escaped, 2);
		return 1;
	}
	if (escape == LINE_TERMINAL) {
		escaped[1] = 'x';
		length = 2;
	} else if (byte >= 0x80 && character_length(text, left) == 2) {
		byte = (uint8_t)text[1]; /* U+0080 to U+009f */
		used = 2;
	} else if (byte >= 0x80) {
		line_bytes(line, "\\ufffd", 6);
		return 1;
	}
	escaped[length] = hex_digits[byte >> 4];
	escaped[length + 1] = hex_digits[byte & 15];
	line_bytes(line, escaped, length + 2);
	return used;
}

/* What fits of text that needs no escapes, in whole characters. */
static void plain_text(struct line *line, const char *text, size_t size)
{
	size_t fits = size;

	if (line->full)
		return;
	if (fits > LINE_LIMIT - line->size) {
		fits = LINE_LIMIT - line->size;
		while (fits && ((uint8_t)text[fits] & 0xc0) == 0x80)
			fits--;
	}
	line_bytes(line, text, fits);
	line->full |= fits < size;
}

/* ASCII that needs no escape, by far the most of it. */
static bool is_plain(uint8_t byte, enum line_escape escape)
{
	return byte >= 0x20 && byte < 0x7f &&
	       (escape == LINE_TERMINAL || (byte != '"' && byte != '\\'));
}

/* The length of the character at @text, which is not plain, but needs no escape; 0: it needs one.
 */
static size_t wide_length(const char *text, size_t left)
{
	uint8_t first = (uint8_t)*text;
	size_t length;

	if (first < 0x80)
		return 0;
	length = character_length(text, left);
	/* U+0080 to U+009f, 0xc2 0x80 to 0xc2 0x9f, are control characters, too. */
	if (length == 2 && first == 0xc2 && (uint8_t)text[1] < 0xa0)
		return 0;
	return length;
}

void line_escaped(struct line *line, const char *text, size_t size, enum line_escape escape)
{
	size_t plain = 0, at = 0; /* from plain to at nothing needs an escape */

	while (at < size && !line->full) {
		size_t length;

		while (at < size && is_plain((uint8_t)text[at], escape))
			at++;
		if (at == size)
			break;
		length = wide_length(text + at, size - at);
		if (length) {
			at += length;
			continue;
		}
		plain_text(line, text + plain, at - plain);
		at += escape_character(line, text + at, size - at, escape);
		plain = at;
	}
	plain_text(line, text + plain, at - plain);
}

void line_pad(struct line *line, size_t start, size_t width)
{
	size_t used = line->size - start;

	if (used >= width || !line_has_room(line, width - used))
		return;
	memset(line->data + line->size, ' ', width - used);
	line->size += width - used;
}

void line_format(struct line *line, const char *format, ...)
{
	char text[512];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length > 0)
		line_bytes(line, text,
			   (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
}
