/* SPDX-License-Identifier: MIT */
/*
 * Distinct strings ↔ the parts of a pack that hold them. Strings get their numbers, from 1 on, in
 * the order in which the columns first need them. Of each string a part has only what differs from
 * the string before it in that part: how many bytes are the same, and the rest.
 */
#ifndef COREBTF_PACK_STRING_CODER_H
#define COREBTF_PACK_STRING_CODER_H

#include "embedder/pack/column.h"
#include "embedder/pack/pack_format.h"

/* The two that were used last in some place; 0: none. */
struct recent {
	uint32_t last, before;
};

static inline void recent_add(struct recent *recent, uint32_t value)
{
	if (recent->last != value)
		*recent = (struct recent){.last = value, .before = recent->last};
}

/* Of the element that had this string as its name: what is likely when the name comes again. */
struct string_use {
	uint32_t offset; /* of the string, in all strings */
	struct recent next_name, reference;
};

struct string_coder {
	struct string_use *uses; /* by number; 0 stands for no name */
	uint32_t count, capacity;
	uint32_t last[PACK_STRINGS_COUNT]; /* by part: the last string's offset */

	/* Writing: all strings; by offset, its number; the parts. */
	const char *texts;
	uint32_t *numbers;
	struct byte_buffer *tails_out, *prefixes_out;
	uint64_t written; /* bytes of strings, with their NULs */

	/* Reading: the strings as they come, one after the other; the parts. */
	char *made;
	uint32_t made_size, made_capacity;
	struct column_reader *tails_in, *prefixes_in;
};

/* @texts: @size bytes of strings that names are offsets into. Frees nothing on failure: -ENOMEM. */
int string_coder_write(struct string_coder *coder, const char *texts, uint32_t size);

/* @size: of all strings together, of which nothing but this number is believed. -ENOMEM. */
int string_coder_read(struct string_coder *coder, uint32_t size);

/* coder->made is not freed: the strings are the caller's. */
void string_coder_free(struct string_coder *coder);

/* The next number is for the string at @offset. Error: -ENOMEM. */
int string_coder_put(struct string_coder *coder, enum pack_strings part, uint32_t offset);

/* The next number is for the next string of @part. Errors: -EBADMSG, -ENOMEM. */
int string_coder_get(struct string_coder *coder, enum pack_strings part);

#endif
