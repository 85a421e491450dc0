/* SPDX-License-Identifier: MIT */
/*
 * In: any string. Out: a JSON string (RFC 8259).
 */
#include "embedder/util/json.h"

#include <stdint.h>

#include "embedder/util/text.h"

void json_print_string(FILE *file, const char *text)
{
	fputc('"', file);
	while (*text) {
		size_t length = text_character_length(text);
		uint8_t first = (uint8_t)*text;

		if (!length) {
			fputs("\\ufffd", file);
			length = 1;
		} else if (first == '"' || first == '\\') {
			fprintf(file, "\\%c", first);
		} else if (first < 0x20 || first == 0x7f) {
			fprintf(file, "\\u%04x", first);
		} else {
			fwrite(text, 1, length, file);
		}
		text += length;
	}
	fputc('"', file);
}
