/* SPDX-License-Identifier: MIT */
/*
 * In: cells. Out: an aligned table.
 */
#include "embedder/cli/table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/text.h"
#include "runtime/util/array.h"

void table_init(struct table *table, size_t columns)
{
	*table = (struct table){.columns = columns};
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	table_init(table, 1);
}

int table_add(struct table *table, const char *text)
{
	if (array_reserve(table->cells, table->capacity, table->count + 1))
		return -ENOMEM;
	table->cells[table->count] = text_printable(text);
	return table->cells[table->count++] ? 0 : -ENOMEM;
}

/* Characters, not bytes: names may be UTF-8. */
static size_t cell_width(const char *cell)
{
	size_t width = 0;

	for (; *cell; cell++)
		width += (*cell & 0xc0) != 0x80;
	return width;
}

static void print_spaces(FILE *file, size_t count)
{
	while (count--)
		fputc(' ', file);
}

static void print_cell(const struct table *table, size_t number, size_t width, bool to_right,
		       bool is_last, FILE *file)
{
	const char *cell = table->cells[number];
	size_t spaces;

	if (number < table->columns && to_right)
		cell++; /* the heading's sign */
	spaces = width - cell_width(cell);
	if (to_right)
		print_spaces(file, spaces);
	fputs(cell, file);
	if (!is_last)
		print_spaces(file, (to_right ? 0 : spaces) + 2);
}

void table_print(const struct table *table, FILE *file)
{
	size_t widths[16] = {0};

	if (table->columns > sizeof(widths) / sizeof(widths[0]) || table->count < table->columns)
		return;
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;
		const char *cell = table->cells[i];
		size_t width = cell_width(cell) - (i < table->columns && *cell == '>');

		if (width > widths[column])
			widths[column] = width;
	}
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;
		bool is_last = column == table->columns - 1;

		print_cell(table, i, widths[column], table->cells[column][0] == '>', is_last, file);
		if (is_last)
			fputc('\n', file);
	}
}
