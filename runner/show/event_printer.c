/* SPDX-License-Identifier: MIT */
/*
 * In: the bytes of events. Out: a line for each.
 */
#include "runner/show/event_printer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "embedder/util/cleanup.h"
#include "runner/show/event_view.h"
#include "runner/show/show_json.h"
#include "runner/show/show_table.h"

#define MAP_WIDTH     16
#define PERF_PADDING  8	   /* a perf buffer's events end at a multiple of 8 bytes, less 4 */
#define HEX_BYTES_MAX 4096 /* of an event without a type */

struct event_printer {
	struct event_printer_options options;
	struct plan plan;
	struct show_table table;
	struct show_context context;
	struct line line;
	bool has_head;
};

void event_printer_free(struct event_printer *printer)
{
	if (!printer)
		return;
	plan_free(&printer->plan);
	show_table_free(&printer->table);
	show_context_free(&printer->context);
	line_free(&printer->line);
	free(printer);
}

static void cleanup_printer(struct event_printer **printer)
{
	event_printer_free(*printer);
}

int event_printer_new(const struct event_printer_options *options, struct event_printer **ret,
		      struct reason *why)
{
	_cleanup_(cleanup_printer) struct event_printer *printer = calloc(1, sizeof(*printer));
	int err = printer ? line_new(&printer->line) : -ENOMEM;

	if (err)
		return reason_errno(why, err, "printer of events");
	printer->options = *options;
	if (options->type) {
		err = plan_compile(&printer->plan, options->btf, options->type, why);
		if (err)
			return err;
	}
	if (options->format == SHOW_TABLE) {
		err = show_table_new(&printer->table, &printer->plan);
		if (err)
			return reason_errno(why, err, "table of events");
	}
	show_context_read(&printer->context, &printer->plan);
	*ret = TAKE_PTR(printer);
	return 0;
}

static void start_row(struct event_printer *printer, const char *title)
{
	struct line *line = &printer->line;

	if (!printer->options.names_map)
		return;
	line_escaped(line, title, strnlen(title, PLAN_NAME_MAX), LINE_TERMINAL);
	line_pad(line, 0, MAP_WIDTH);
	line_bytes(line, " ", 1);
}

static void start_object(struct event_printer *printer)
{
	struct line *line = &printer->line;
	const char *map = printer->options.map;

	line_bytes(line, "{", 1);
	if (!printer->options.names_map)
		return;
	line_text(line, "\"_map\":\"");
	line_escaped(line, map, strnlen(map, PLAN_NAME_MAX), LINE_JSON);
	line_bytes(line, "\"", 1);
}

/* Notes are written after the values, into the slack that a full line keeps. */
static void add_note(struct event_printer *printer, const char *note)
{
	struct line *line = &printer->line;
	bool is_json = printer->options.format == SHOW_JSON;

	if (is_json && line->data[line->size - 1] != '{')
		line_close(line, ',');
	for (const char *at = is_json ? "\"_note\":\"" : line->size ? "  (" : "("; *at; at++)
		line_close(line, *at);
	for (; *note; note++) {
		if (*note < 0x20 || *note >= 0x7f) { /* of a name */
			line_close(line, '?');
			continue;
		}
		if (is_json && (*note == '"' || *note == '\\'))
			line_close(line, '\\');
		line_close(line, *note);
	}
	line_close(line, is_json ? '"' : ')');
}

static void note_size(struct event_printer *printer, const struct event_view *view)
{
	const struct plan *plan = &printer->plan;
	uint64_t more = view->size > plan->size ? view->size - plan->size : 0;
	char note[PLAN_NAME_MAX * 4 + 200];

	if (view->is_short)
		snprintf(note, sizeof(note), "the event has %zu bytes, %s has %" PRIu64, view->size,
			 plan->type_name, plan->size);
	else if (more >= PERF_PADDING && !plan->takes_rest)
		snprintf(note, sizeof(note), "the event has %" PRIu64 " bytes more than %s", more,
			 plan->type_name);
	else if (view->line->full)
		snprintf(note, sizeof(note), "cut: the event is too long for one line");
	else if (plan->is_cut)
		snprintf(note, sizeof(note), "only the first %d fields of %s", PLAN_FIELDS_MAX,
			 plan->type_name);
	else
		return;
	add_note(printer, note);
}

static void print_hex(struct event_printer *printer, const uint8_t *event, size_t size)
{
	struct line *line = &printer->line;
	bool is_json = printer->options.format == SHOW_JSON;
	char note[PLAN_NAME_MAX * 4 + 200];

	if (is_json) {
		show_json_comma(line);
		line_format(line, "\"_size\":%zu,\"_bytes\":\"", size);
	} else {
		line_format(line, "%zu: ", size);
	}
	line_hex_bytes(line, event, size < HEX_BYTES_MAX ? size : HEX_BYTES_MAX);
	if (is_json)
		line_close(line, '"');
	if (!printer->has_head) {
		snprintf(note, sizeof(note),
			 "the type of the events is not known; --event %.128s=TYPE names it",
			 printer->options.map);
		add_note(printer, note);
	}
	printer->has_head = true;
}

static int write_line(struct event_printer *printer)
{
	struct line *line = &printer->line;

	line_close(line, '\n');
	errno = EIO;
	return fwrite_unlocked(line->data, 1, line->size, printer->options.out) == line->size
		       ? 0
		       : -errno;
}

static int print_head(struct event_printer *printer)
{
	printer->has_head = true;
	line_clear(&printer->line);
	start_row(printer, "MAP");
	show_table_head(&printer->table, &printer->plan, &printer->line);
	return write_line(printer);
}

int event_printer_print(struct event_printer *printer, const void *event, size_t size)
{
	struct line *line = &printer->line;
	bool is_json = printer->options.format == SHOW_JSON;
	struct event_view view = {
		.plan = &printer->plan,
		.bytes = event,
		.size = size,
		.line = line,
		.context = &printer->context,
	};
	int err;

	if (printer->options.type && !is_json && !printer->has_head) {
		err = print_head(printer);
		if (err)
			return err;
	}
	line_clear(line);
	if (is_json)
		start_object(printer);
	else
		start_row(printer, printer->options.map);
	if (!printer->options.type) {
		print_hex(printer, event, size);
	} else {
		if (is_json)
			show_json_members(&view);
		else
			show_table_row(&printer->table, &view);
		note_size(printer, &view);
	}
	if (is_json)
		line_close(line, '}');
	return write_line(printer);
}
