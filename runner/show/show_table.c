/* SPDX-License-Identifier: MIT */
/*
 * In: events and the plan of their type. Out: aligned lines. Nobody knows how wide the cells to
 * come will be: a column starts with what its type makes likely and grows with what it has seen, so
 * that the lines after a long cell are aligned again.
 */
#include "runner/show/show_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/show/show_json.h"
#include "runner/show/show_value.h"

static unsigned likely_width(const struct field *field)
{
	switch (field->meaning) {
	case MEANING_TIME:
	case MEANING_BOOT_TIME:
		return 15;
	case MEANING_DURATION:
	case MEANING_SIZE:
		return 8;
	case MEANING_UID:
		return 8;
	case MEANING_PORT:
		return 5;
	default:
		break;
	}
	switch (field->kind) {
	case FIELD_TEXT:
		return field->size && field->size <= 16 ? (unsigned)field->size : 16;
	case FIELD_IP:
		return field->size == 4 ? 15 : 24;
	case FIELD_POINTER:
		return 18;
	case FIELD_INTEGER:
		return field->bits <= 8 ? 3 : field->bits <= 16 ? 5 : field->bits <= 32 ? 7 : 12;
	default:
		return 5;
	}
}

int show_table_new(struct show_table *table, const struct plan *plan)
{
	table->widths = calloc(plan->count + 1, 1);
	if (!table->widths)
		return -ENOMEM;
	for (size_t i = 0; i < plan->count; i++) {
		size_t title = strlen(plan->fields[i].title);
		unsigned width = likely_width(&plan->fields[i]);

		if (title > width)
			width = title > TABLE_WIDTH_MAX ? TABLE_WIDTH_MAX : (unsigned)title;
		table->widths[i] = (uint8_t)width;
	}
	return 0;
}

void show_table_free(struct show_table *table)
{
	free(table->widths);
	table->widths = NULL;
}

/* The cell that is being written. */
struct cursor {
	size_t start; /* in the line */
	size_t column;
};

static void end_cell(struct show_table *table, struct line *line, const struct cursor *cursor)
{
	uint8_t *width = &table->widths[cursor->column];
	size_t used = line->size - cursor->start;

	if (used > *width)
		*width = used > TABLE_WIDTH_MAX ? TABLE_WIDTH_MAX : (uint8_t)used;
	line_pad(line, cursor->start, *width);
	line_bytes(line, " ", 1);
}

/* Spaces are not written at the end of a line: only when another cell follows. */
static void start_cell(struct show_table *table, struct line *line, struct cursor *cursor,
		       size_t column)
{
	if (cursor->column != SIZE_MAX)
		end_cell(table, line, cursor);
	*cursor = (struct cursor){line->size, column};
}

static void end_row(struct show_table *table, struct line *line, const struct cursor *cursor)
{
	if (table->is_followed && cursor->column != SIZE_MAX)
		end_cell(table, line, cursor);
}

void show_table_head(struct show_table *table, const struct plan *plan, struct line *line)
{
	struct cursor cursor = {.column = SIZE_MAX};

	for (size_t i = 0; i < plan->count; i++) {
		const struct field *field = &plan->fields[i];

		if (field->kind == FIELD_OBJECT)
			continue;
		start_cell(table, line, &cursor, i);
		line_text(line, field->title);
		i += field->body;
	}
	end_row(table, line, &cursor);
}

/* 1,2,3; elements that are structs or arrays themselves are written as JSON. False: not there. */
static bool print_array(struct event_view *view, const struct field *array, uint64_t start)
{
	const struct field *element = array + 1;
	struct line *line = view->line;
	uint64_t size;

	if (!array->body || !event_view_extent(view, array, start, &size))
		return false;
	if (element->kind == FIELD_OBJECT || element->kind == FIELD_ARRAY) {
		line_bytes(line, "[", 1);
		for (uint64_t offset = 0; offset < size && event_view_step(view);
		     offset += array->stride)
			show_json_field(view, element, start + offset);
		line_close(line, ']');
		return true;
	}
	for (uint64_t offset = 0; offset < size; offset += array->stride) {
		if (!event_view_step(view) || !line_has_room(line, SHOW_VALUE_ROOM))
			break;
		if (offset)
			line_bytes(line, ",", 1);
		if (!show_value(view, element, start + offset, start + offset, SHOW_TABLE))
			break;
	}
	return true;
}

void show_table_cell(struct event_view *view, const struct field *field, uint64_t outer)
{
	uint64_t start = outer + field->offset;
	bool is_there = field->kind == FIELD_ARRAY
				? print_array(view, field, start)
				: show_value(view, field, start, outer, SHOW_TABLE);

	if (!is_there)
		line_bytes(view->line, "-", 1);
}

static void print_cells(struct show_table *table, struct event_view *view, size_t first,
			size_t count, uint64_t outer, struct cursor *cursor)
{
	for (size_t i = first; i < first + count;) {
		const struct field *field = &view->plan->fields[i];

		if (!event_view_step(view))
			return;
		if (field->kind == FIELD_OBJECT) {
			print_cells(table, view, i + 1, field->body, outer + field->offset, cursor);
		} else {
			start_cell(table, view->line, cursor, i);
			show_table_cell(view, field, outer);
		}
		i += 1 + field->body;
	}
}

void show_table_row(struct show_table *table, struct event_view *view)
{
	struct cursor cursor = {.column = SIZE_MAX};

	print_cells(table, view, 0, view->plan->count, 0, &cursor);
	end_row(table, view->line, &cursor);
}
