/* SPDX-License-Identifier: MIT */
/*
 * In: names and numbers. Out: lines of the text format. Braces are written when the first label
 * comes.
 */
#include "runner/metrics/exposition.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct exposition_name exposition_name(const char *const *parts)
{
	struct exposition_name name = {""};
	size_t size = 0;

	for (; *parts; parts++) {
		if (!**parts)
			continue;
		if (size && size < sizeof(name.text) - 1)
			name.text[size++] = '_';
		for (const char *at = *parts; *at && size < sizeof(name.text) - 1; at++) {
			char c = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
			bool is_letter = c >= 'a' && c <= 'z';
			bool is_digit = c >= '0' && c <= '9';

			if (!size && is_digit)
				name.text[size++] = '_';
			name.text[size++] = is_letter || is_digit ? c : '_';
		}
	}
	/* Two underscores at the start are Prometheus' own. */
	if (name.text[0] == '_' && name.text[1] == '_')
		name.text[0] = 'x';
	if (!size)
		strcpy(name.text, "x");
	return name;
}

static void text(struct byte_buffer *page, const char *string)
{
	byte_buffer_append(page, string, strlen(string));
}

void exposition_family(struct byte_buffer *page, const char *name, const char *type,
		       const char *help)
{
	text(page, "# HELP ");
	text(page, name);
	text(page, " ");
	text(page, help);
	text(page, "\n# TYPE ");
	text(page, name);
	text(page, " ");
	text(page, type);
	text(page, "\n");
}

void exposition_start(struct byte_buffer *page, const char *name, const char *suffix)
{
	text(page, name);
	text(page, suffix);
}

void exposition_label(struct byte_buffer *page, const char *name, const char *value, size_t size)
{
	bool is_first = !page->size || page->data[page->size - 1] != '"';

	text(page, is_first ? "{" : ",");
	text(page, name);
	text(page, "=\"");
	for (size_t i = 0; i < size; i++) {
		if (value[i] == '\n')
			text(page, "\\n");
		else if (value[i] == '"' || value[i] == '\\')
			byte_buffer_append(page, (char[]){'\\', value[i]}, 2);
		else
			byte_buffer_append(page, &value[i], 1);
	}
	text(page, "\"");
}

static void end(struct byte_buffer *page, const char *digits)
{
	if (page->size && page->data[page->size - 1] == '"')
		text(page, "}");
	text(page, " ");
	text(page, digits);
	text(page, "\n");
}

void exposition_unsigned(struct byte_buffer *page, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	end(page, digits);
}

void exposition_signed(struct byte_buffer *page, int64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, value);
	end(page, digits);
}
