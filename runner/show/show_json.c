/* SPDX-License-Identifier: MIT */
/*
 * In: the bytes of an event and the plan of its type. Out: JSON, valid even if the line gets full.
 */
#include "runner/show/show_json.h"

#include "runner/show/show_value.h"

void show_json_comma(struct line *line)
{
	char last = line->size ? line->data[line->size - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		line_bytes(line, ",", 1);
}

static void print_fields(struct event_view *view, const struct field *field, uint32_t count,
			 uint64_t outer)
{
	for (uint32_t i = 0; i < count; i += 1 + field[i].body) {
		if (!event_view_step(view))
			return;
		show_json_field(view, &field[i], outer);
	}
}

/* Elements up to the end of the array or of the event. */
static void print_elements(struct event_view *view, const struct field *array, uint64_t start,
			   uint64_t size)
{
	for (uint64_t offset = 0; offset < size; offset += array->stride) {
		if (!event_view_step(view))
			return;
		show_json_field(view, array + 1, start + offset);
	}
}

void show_json_field(struct event_view *view, const struct field *field, uint64_t outer)
{
	struct line *line = view->line;
	uint64_t start = outer + field->offset, size;
	size_t before = line->size;

	if (!line_has_room(line, 1 + field->key_length + SHOW_VALUE_ROOM))
		return;
	show_json_comma(line);
	line_bytes(line, field->key, field->key_length);
	switch (field->kind) {
	case FIELD_OBJECT:
		if (field->size && !event_view_has(view, start, 1))
			break;
		line_bytes(line, "{", 1);
		print_fields(view, field + 1, field->body, start);
		line_close(line, '}');
		return;
	case FIELD_ARRAY:
		if (!field->body || !event_view_extent(view, field, start, &size))
			break;
		line_bytes(line, "[", 1);
		print_elements(view, field, start, size);
		line_close(line, ']');
		return;
	default:
		if (show_value(view, field, start, outer, SHOW_JSON))
			return;
	}
	line->size = before;
}

void show_json_members(struct event_view *view)
{
	const struct plan *plan = view->plan;

	if (!plan->count)
		return;
	if (plan->fields->kind == FIELD_OBJECT) {
		print_fields(view, plan->fields + 1, plan->fields->body, 0);
		return;
	}
	if (!line_has_room(view->line, 16))
		return;
	show_json_comma(view->line);
	line_text(view->line, "\"value\":");
	show_json(view);
}

void show_json(struct event_view *view)
{
	size_t before = view->line->size;

	if (view->plan->count)
		show_json_field(view, view->plan->fields, 0);
	if (view->line->size == before)
		line_text(view->line, "null");
}
