/* SPDX-License-Identifier: MIT */
/*
 * In: a loaded map. Out: its entries as text.
 */
#include "runner/maps/map_printer.h"

#include <bpf/libbpf.h>
#include <stdlib.h>

#include "embedder/util/cleanup.h"
#include "runner/maps/histogram_reader.h"
#include "runner/maps/map_reader.h"
#include "runner/show/bits.h"
#include "runner/show/show_json.h"
#include "runner/show/show_table.h"

#define MEMBER_ROOM 1024 /* in which the name of a member and the start of its value fit */

struct map_printer {
	struct map_printer_options options;
	struct map_reader reader;
	struct histogram_place place;
	struct histogram histogram;
	struct show_table key_table, value_table;
	struct show_context context;
	struct line line;
};

void map_printer_free(struct map_printer *printer)
{
	if (!printer)
		return;
	map_reader_close(&printer->reader);
	show_table_free(&printer->key_table);
	show_table_free(&printer->value_table);
	show_context_free(&printer->context);
	line_free(&printer->line);
	free(printer);
}

static void cleanup_printer(struct map_printer **printer)
{
	map_printer_free(*printer);
}

static bool is_histogram(const struct map_printer *printer)
{
	return printer->options.shape.kind == MAP_SHAPE_LOG2 ||
	       printer->options.shape.kind == MAP_SHAPE_LINEAR;
}

static bool is_stack(const struct map_printer *printer)
{
	return bpf_map__type(printer->options.map) == BPF_MAP_TYPE_STACK_TRACE;
}

int map_printer_new(const struct map_printer_options *options, struct map_printer **ret,
		    struct reason *why)
{
	_cleanup_(cleanup_printer) struct map_printer *printer = calloc(1, sizeof(*printer));
	int err = printer ? line_new(&printer->line) : -ENOMEM;

	if (err)
		return reason_errno(why, err, "printer of a map");
	printer->options = *options;
	err = map_reader_open(&printer->reader, options->map, options->btf, why);
	if (!err && is_histogram(printer))
		err = histogram_find(&printer->reader, &printer->place, why);
	if (err)
		return err;
	if (show_table_new(&printer->key_table, &printer->reader.key) ||
	    show_table_new(&printer->value_table, &printer->reader.value))
		return reason_errno(why, -ENOMEM, "printer of a map");
	printer->key_table.is_followed = true;
	show_context_read(&printer->context, &printer->reader.key);
	show_context_read(&printer->context, &printer->reader.value);
	if (is_stack(printer))
		kernel_symbols_read(&printer->context.symbols, "/proc/kallsyms");
	*ret = TAKE_PTR(printer);
	return 0;
}

static struct event_view view_key(struct map_printer *printer, const uint8_t *key)
{
	return (struct event_view){&printer->reader.key,
				   key,
				   printer->reader.key_size,
				   &printer->line,
				   &printer->context,
				   0,
				   false};
}

static struct event_view view_value(struct map_printer *printer, const uint8_t *value)
{
	return (struct event_view){&printer->reader.value,
				   value,
				   printer->reader.value_size,
				   &printer->line,
				   &printer->context,
				   0,
				   false};
}

static int write_line(struct map_printer *printer)
{
	struct line *line = &printer->line;
	size_t size;

	if (line->full && printer->options.format == SHOW_TABLE)
		for (const char *at = "  (cut: too long for one line)"; *at; at++)
			line_close(line, *at);
	line_close(line, '\n');
	size = line->size;
	errno = EIO;
	if (fwrite(line->data, 1, size, printer->options.out) != size)
		return -errno;
	line_clear(line);
	return 0;
}

static void start_json(struct map_printer *printer)
{
	struct line *line = &printer->line;
	const char *name = bpf_map__name(printer->options.map);

	line_clear(line);
	line_text(line, "{\"_map\":\"");
	line_escaped(line, name, strnlen(name, PLAN_NAME_MAX), LINE_JSON);
	line_bytes(line, "\"", 1);
}

/* The addresses of a stack, from the inside out; a zero ends it. */
static void print_stack(struct map_printer *printer, const uint8_t *value)
{
	struct event_view view = view_value(printer, value);
	bool is_json = printer->options.format == SHOW_JSON;

	for (uint32_t at = 0; at + 8 <= printer->reader.value_size; at += 8) {
		uint64_t address = bits_load_whole(value + at, 8);

		if (!address || !line_has_room(view.line, SHOW_VALUE_ROOM))
			break;
		if (is_json)
			show_json_comma(view.line);
		else
			line_text(view.line, "\n    ");
		show_address(&view, address, printer->options.format);
	}
}

static int print_json_entry(struct map_printer *printer, const struct map_entry *entry)
{
	struct event_view key = view_key(printer, entry->key);
	struct event_view value = view_value(printer, entry->value);
	struct line *line = &printer->line;

	start_json(printer);
	line_text(line, ",\"key\":");
	show_json(&key);
	if (line_has_room(line, MEMBER_ROOM)) {
		line_text(line, is_stack(printer) ? ",\"stack\":[" : ",\"value\":");
		if (is_stack(printer)) {
			print_stack(printer, entry->value);
			line_close(line, ']');
		} else {
			show_json(&value);
		}
	}
	for (const char *at = line->full ? ",\"_note\":\"cut: too long for one line\"" : ""; *at;
	     at++)
		line_close(line, *at);
	line_close(line, '}');
	return write_line(printer);
}

static int print_table_entry(struct map_printer *printer, const struct map_entry *entry)
{
	struct event_view key = view_key(printer, entry->key);
	struct event_view value = view_value(printer, entry->value);

	line_clear(&printer->line);
	show_table_row(&printer->key_table, &key);
	if (is_stack(printer))
		print_stack(printer, entry->value);
	else
		show_table_row(&printer->value_table, &value);
	return write_line(printer);
}

static int print_head(struct map_printer *printer)
{
	struct line *line = &printer->line;
	const char *name = bpf_map__name(printer->options.map);

	line_clear(line);
	line_escaped(line, name, strnlen(name, PLAN_NAME_MAX), LINE_TERMINAL);
	line_text(line, ":\n");
	if (!is_histogram(printer)) {
		size_t start = line->size;
		struct line columns = {.data = line->data + start};

		show_table_head(&printer->key_table, &printer->reader.key, &columns);
		if (is_stack(printer))
			line_text(&columns, "STACK");
		else
			show_table_head(&printer->value_table, &printer->reader.value, &columns);
		line->size = start + columns.size < LINE_LIMIT ? start + columns.size : LINE_LIMIT;
		line_bytes(line, "\n", 1);
	}
	line->size--; /* write_line() writes the last newline */
	return write_line(printer);
}

/* pid = 1, comm = init: the fields of @view but the slots. */
static void print_pairs(struct event_view *view, const struct field *field, uint32_t count,
			uint64_t outer, const struct field *slots)
{
	struct line *line = view->line;

	for (uint32_t i = 0; i < count; i += 1 + field[i].body) {
		if (&field[i] == slots)
			continue;
		if (field[i].kind == FIELD_OBJECT) {
			print_pairs(view, &field[i] + 1, field[i].body, outer + field[i].offset,
				    slots);
			continue;
		}
		line_text(line, line->size ? ", " : "");
		/* the key is `"name":` */
		if (field[i].key_length > 3)
			line_bytes(line, field[i].key + 1, field[i].key_length - 3);
		else
			line_text(line, "key");
		line_text(line, " = ");
		show_table_cell(view, &field[i], outer);
	}
}

/* What the value has beside the slots: "value":{"comm":"init"}. */
static void print_json_rest(struct map_printer *printer, const uint8_t *bytes)
{
	const struct field *slots = printer->place.slots, *value = printer->reader.value.fields;
	struct event_view view = view_value(printer, bytes);
	struct line *line = &printer->line;

	if (value->kind != FIELD_OBJECT || value->body == 1 + slots->body ||
	    !line_has_room(line, MEMBER_ROOM))
		return;
	line_text(line, ",\"value\":{");
	for (const struct field *field = value + 1; field <= value + value->body;
	     field += 1 + field->body)
		if (slots < field || slots > field + field->body)
			show_json_field(&view, field, 0);
	line_close(line, '}');
}

static int print_histogram_json(struct map_printer *printer, size_t entry)
{
	struct line *line = &printer->line;

	start_json(printer);
	if (!printer->place.is_map) {
		struct event_view key = view_key(printer, printer->reader.entries[entry].key);

		line_text(line, ",\"key\":");
		show_json(&key);
		print_json_rest(printer, printer->reader.entries[entry].value);
	}
	if (!line_has_room(line, MEMBER_ROOM)) { /* a key of 64 KiB */
		line_close(line, '}');
		return write_line(printer);
	}
	line_text(line, ",\"unit\":\"");
	line_escaped(line, printer->histogram.shape.unit, strlen(printer->histogram.shape.unit),
		     LINE_JSON);
	line_text(line, "\",\"histogram\":");
	histogram_json(&printer->histogram, line);
	line_close(line, '}');
	return write_line(printer);
}

static int print_histogram_drawing(struct map_printer *printer, size_t entry)
{
	const struct map_reader *reader = &printer->reader;
	int err = 0;

	line_clear(&printer->line);
	if (!printer->place.is_map && bpf_map__max_entries(reader->map) > 1) {
		struct event_view key = view_key(printer, reader->entries[entry].key);
		struct event_view value = view_value(printer, reader->entries[entry].value);

		print_pairs(&key, reader->key.fields, (uint32_t)reader->key.count, 0, NULL);
		print_pairs(&value, reader->value.fields, (uint32_t)reader->value.count, 0,
			    printer->place.slots);
		err = write_line(printer);
	}
	return err ? err : histogram_draw(&printer->histogram, printer->options.out);
}

static int print_histograms(struct map_printer *printer)
{
	size_t count = printer->place.is_map ? 1 : printer->reader.count;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		histogram_read(&printer->reader, &printer->place, i, &printer->options.shape,
			       &printer->histogram);
		if (!printer->histogram.count)
			continue;
		err = printer->options.format == SHOW_JSON ? print_histogram_json(printer, i)
							   : print_histogram_drawing(printer, i);
	}
	return err;
}

static int print_entries(struct map_printer *printer)
{
	int err = 0;

	for (size_t i = 0; i < printer->reader.count && !err; i++)
		err = printer->options.format == SHOW_JSON
			      ? print_json_entry(printer, &printer->reader.entries[i])
			      : print_table_entry(printer, &printer->reader.entries[i]);
	return err;
}

static int print_all(struct map_printer *printer)
{
	bool is_json = printer->options.format == SHOW_JSON;
	int err = is_json ? 0 : print_head(printer);

	if (!err)
		err = is_histogram(printer) ? print_histograms(printer) : print_entries(printer);
	if (err || !printer->reader.is_cut)
		return err;
	if (is_json) {
		start_json(printer);
		line_text(&printer->line, ",\"_note\":\"only ");
		line_unsigned(&printer->line, printer->reader.count);
		line_text(&printer->line, " entries were read\"}");
	} else {
		line_clear(&printer->line);
		line_format(&printer->line, "(only %zu entries were read)", printer->reader.count);
	}
	return write_line(printer);
}

int map_printer_print(struct map_printer *printer, struct reason *why)
{
	int err = map_reader_read(&printer->reader, why);

	if (err)
		return err;
	if (!printer->reader.count)
		return 0;
	err = print_all(printer);
	if (err)
		return reason_errno(why, err, "output");
	return printer->options.clears ? map_reader_clear(&printer->reader, why) : 0;
}
