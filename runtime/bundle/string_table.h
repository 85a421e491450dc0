/* SPDX-License-Identifier: MIT */
/*
 * The strings of a bundle: each one once, in byte order, so that their offsets do not depend on
 * the order in which they were added. Add all of them, finish, then ask for offsets.
 */
#ifndef COREBTF_STRING_TABLE_H
#define COREBTF_STRING_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct string_table {
	const char **strings; /* borrowed, with the empty string at 0 */
	uint64_t *offsets;    /* of each; NULL before string_table_finish() */
	size_t count;
	uint64_t size; /* of the table in bytes */
};

/* Makes room for up to @capacity strings. -ENOMEM. */
int string_table_init(struct string_table *table, size_t capacity);
void string_table_free(struct string_table *table);

/* @string must live as long as the table. */
void string_table_add(struct string_table *table, const char *string);

/* Sorts, drops duplicates, assigns the offsets. -ENOMEM. */
int string_table_finish(struct string_table *table);

/* The offset of a string that was added. The caller must check that table->size fits 32 bits. */
uint32_t string_table_offset(const struct string_table *table, const char *string);

/* Writes table->size bytes. */
void string_table_write(const struct string_table *table, char *destination);

#endif
