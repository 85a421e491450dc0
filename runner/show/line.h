/* SPDX-License-Identifier: MIT */
/*
 * One line of output, built in memory that is taken once: an event, whatever its type says, takes
 * at most LINE_LIMIT bytes. What does not fit is left out in whole pieces and `full` is set; the
 * brackets that are open then still find room, so that a cut line of JSON is valid JSON.
 */
#ifndef COREBTF_RUNNER_LINE_H
#define COREBTF_RUNNER_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "runner/show/bits.h"

#define LINE_LIMIT    65536 /* bytes of values */
#define LINE_SLACK    4096 /* and then: closing brackets, the note that the line is cut, a newline */
#define LINE_NUMBER   48   /* the longest number that is written: 39 digits and a sign */
#define LINE_CAPACITY (LINE_LIMIT + LINE_SLACK)

struct line {
	char *data;
	size_t size;
	bool full;
};

/* 0 or -ENOMEM. */
int line_new(struct line *line);
void line_free(struct line *line);

static inline void line_clear(struct line *line)
{
	line->size = 0;
	line->full = false;
}

/* Whether @size more bytes may be written; sets `full` if not. */
static inline bool line_has_room(struct line *line, size_t size)
{
	if (line->full || size > LINE_LIMIT - line->size) {
		line->full = true;
		return false;
	}
	return true;
}

/* Writes all of the bytes or none. */
static inline void line_bytes(struct line *line, const char *bytes, size_t size)
{
	if (!line_has_room(line, size))
		return;
	memcpy(line->data + line->size, bytes, size);
	line->size += size;
}

static inline void line_text(struct line *line, const char *text)
{
	line_bytes(line, text, strlen(text));
}

/* What ends a line or a bracket: it may use the slack. */
static inline void line_close(struct line *line, char character)
{
	if (line->size < LINE_CAPACITY)
		line->data[line->size++] = character;
}

void line_unsigned(struct line *line, uint64_t value);
void line_signed(struct line *line, int64_t value);
void line_unsigned_wide(struct line *line, bits_wide value);
void line_signed_wide(struct line *line, bits_wide_signed value);
void line_hex(struct line *line, uint64_t value); /* 0xffff */
void line_hex_bytes(struct line *line, const uint8_t *bytes, size_t size);

/* How text from outside is written. */
enum line_escape {
	LINE_JSON,    /* inside a JSON string: what is not UTF-8 becomes U+FFFD */
	LINE_TERMINAL /* control characters and what is not UTF-8 become \xNN */
};

/*
 * @size bytes of text, without quotes. A NUL is written as a space. If the line gets full, the rest
 * is left out.
 */
void line_escaped(struct line *line, const char *text, size_t size, enum line_escape escape);

/* Spaces up to @width bytes after @start. */
void line_pad(struct line *line, size_t start, size_t width);

__attribute__((format(printf, 2, 3))) void line_format(struct line *line, const char *format, ...);

#endif
