/* SPDX-License-Identifier: MIT */
/*
 * An archive as text: a line for each member and for each skipped one, so that a test compares it
 * with one expected text.
 */
#ifndef TESTS_EMBEDDER_ARCHIVE_MEMBER_LINES_H
#define TESTS_EMBEDDER_ARCHIVE_MEMBER_LINES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/archive_reader.h"

struct member_lines {
	char text[16384];
	size_t length;
	size_t limit; /* for the data; 0: do not read it */
	int error;    /* the last result of archive_reader_open() or _next() */
	struct reason why;
};

__attribute__((format(printf, 2, 3))) static inline void add_line(struct member_lines *lines,
								  const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	lines->length += (size_t)vsnprintf(lines->text + lines->length,
					   sizeof(lines->text) - lines->length, format, arguments);
	va_end(arguments);
	if (lines->length >= sizeof(lines->text))
		abort();
}

static inline void add_skipped(void *context, const char *name, const char *why)
{
	add_line(context, "! %.20s: %s\n", name, why);
}

static inline void add_member(struct member_lines *lines, struct archive_reader *reader,
			      const struct archive_member *member)
{
	struct reason why = {""};
	void *data = NULL;
	size_t size = 0;
	int err;

	if (member->kind != ARCHIVE_FILE) {
		add_line(lines, "%s %c> %s\n", member->name,
			 member->kind == ARCHIVE_HARD_LINK ? '=' : '-', member->link);
		return;
	}
	add_line(lines, "%s %llu", member->name, (unsigned long long)member->size);
	if (lines->limit) {
		err = archive_reader_read(reader, lines->limit, &data, &size, &why);
		if (err)
			add_line(lines, " (%s)", why.text);
		else
			add_line(lines, " %.*s", (int)(size < 40 ? size : 40), (char *)data);
		free(data);
	}
	add_line(lines, "\n");
}

static inline void read_lines(const char *path, size_t limit, struct member_lines *lines)
{
	struct archive_reader *reader = NULL;
	struct archive_member member;
	int more;

	memset(lines, 0, sizeof(*lines));
	lines->limit = limit;
	lines->error = archive_reader_open(path, add_skipped, lines, &reader, &lines->why);
	if (lines->error)
		return;
	while ((more = archive_reader_next(reader, &member, &lines->why)) > 0)
		add_member(lines, reader, &member);
	lines->error = more;
	archive_reader_close(reader);
}

#endif
