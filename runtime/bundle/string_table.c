/* SPDX-License-Identifier: MIT */
/*
 * One sort at the end instead of a hash table: the strings have to be sorted anyway.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/bundle/string_table.h"

static int string_compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

int string_table_init(struct string_table *table, size_t capacity)
{
	*table = (struct string_table){.count = 0};
	table->strings = reallocarray(NULL, capacity + 1, sizeof(*table->strings));
	if (!table->strings)
		return -ENOMEM;
	string_table_add(table, ""); /* sorts first, so it gets offset 0 */
	return 0;
}

void string_table_free(struct string_table *table)
{
	free(table->strings);
	free(table->offsets);
	*table = (struct string_table){.count = 0};
}

void string_table_add(struct string_table *table, const char *string)
{
	table->strings[table->count++] = string;
}

int string_table_finish(struct string_table *table)
{
	size_t distinct = 0;

	table->offsets = reallocarray(NULL, table->count, sizeof(*table->offsets));
	if (!table->offsets)
		return -ENOMEM;
	qsort(table->strings, table->count, sizeof(*table->strings), string_compare);
	for (size_t i = 0; i < table->count; i++) {
		if (distinct && strcmp(table->strings[distinct - 1], table->strings[i]) == 0)
			continue;
		table->strings[distinct] = table->strings[i];
		table->offsets[distinct++] = table->size;
		table->size += strlen(table->strings[i]) + 1;
	}
	table->count = distinct;
	return 0;
}

uint32_t string_table_offset(const struct string_table *table, const char *string)
{
	const char **found = bsearch(&string, table->strings, table->count, sizeof(*table->strings),
				     string_compare);

	return (uint32_t)table->offsets[found - table->strings];
}

void string_table_write(const struct string_table *table, char *destination)
{
	for (size_t i = 0; i < table->count; i++)
		strcpy(destination + table->offsets[i], table->strings[i]);
}
