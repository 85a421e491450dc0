/* SPDX-License-Identifier: MIT */
/*
 * Text for people: names from outside may hold any byte, and a terminal obeys some of them. And the
 * ends of names.
 */
#ifndef COREBTF_UTIL_TEXT_H
#define COREBTF_UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length of the UTF-8 character that @text starts with, 1 to 4; 0: no valid one. */
size_t text_character_length(const char *text);

/* Whether the first @length bytes of @text are more than @end and end with it. */
bool text_ends_with(const char *text, size_t length, const char *end);

/* @text with control characters and what is not UTF-8 written as \xNN. malloc'd; NULL when there
 * is no memory. */
char *text_printable(const char *text);

/* Numbers in words; use as text_count(n).text inside of a call. */
struct text_figure {
	char text[40];
};

struct text_figure text_count(uint64_t number); /* 12,345 */
struct text_figure text_size(uint64_t bytes);	/* 812 bytes, 214 kB, 1.4 MB */

/* "s" unless @count is 1. */
const char *text_plural(uint64_t count);

#endif
