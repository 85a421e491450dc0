/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a BTF and any bytes as an event of one of its types. Input: the size of the BTF and
 * the number of the type (little-endian, 32 bits each), the BTF, the event. Whatever it is, an
 * event takes one line of bounded length, which in JSON is valid, and printing it again says the
 * same.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "embedder/util/cleanup.h"
#include "runner/maps/value_sum.h"
#include "runner/metrics/event_counter.h"
#include "runner/show/event_printer.h"
#include "runner/show/line.h"
#include "runner/show/tags.h"

#define VALUE_MAX 4096 /* bytes of a map's value that are summed */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static void require(int condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "%s\n", what);
		abort();
	}
}

/* Enough of JSON's grammar to see a cut that leaves it broken: one value from @text on. */
static const char *json_value(const char *text, int depth);

static const char *json_string(const char *text)
{
	require(*text == '"', "a string must start");
	for (text++; *text != '"'; text++) {
		require((unsigned char)*text >= 0x20, "a control character in a string");
		if (*text == '\\') {
			text++;
			require(strchr("\"\\u", *text) && *text, "an unknown escape");
		}
	}
	return text + 1;
}

static const char *json_members(const char *text, char end, int depth)
{
	if (*text == end)
		return text + 1;
	for (;;) {
		if (end == '}') {
			text = json_string(text);
			require(*text == ':', "a colon is missing");
			text++;
		}
		text = json_value(text, depth + 1);
		if (*text == end)
			return text + 1;
		require(*text == ',', "a comma is missing");
		text++;
	}
}

static const char *json_value(const char *text, int depth)
{
	static const char *const words[] = {"true", "false", "null"};
	size_t length;

	require(depth < 64, "nested too deeply");
	if (*text == '{' || *text == '[')
		return json_members(text + 1, *text == '{' ? '}' : ']', depth);
	if (*text == '"')
		return json_string(text);
	for (size_t i = 0; i < 3; i++)
		if (strncmp(text, words[i], strlen(words[i])) == 0)
			return text + strlen(words[i]);
	length = strspn(text, "-+.0123456789eE");
	require(length > 0, "no value");
	return text + length;
}

static void print(const struct btf *btf, uint32_t type, enum show_format format,
		  const uint8_t *event, size_t size)
{
	_cleanup_free_ char *text = NULL;
	size_t text_size = 0, line_size;
	FILE *out = open_memstream(&text, &text_size);
	struct event_printer_options options = {btf, type, "events", type % 2, format, out};
	struct event_printer *printer = NULL;
	const char *line;

	if (!out)
		return;
	if (!event_printer_new(&options, &printer, NULL)) {
		require(!event_printer_print(printer, event, size), "not printed");
		require(!event_printer_print(printer, event, size), "not printed");
	}
	event_printer_free(printer);
	fclose(out);
	if (!text_size)
		return;
	require(strlen(text) == text_size && text[text_size - 1] == '\n', "no line");
	line = text;
	for (int lines = 0; *line; lines++, line += line_size) {
		line_size = (size_t)(strchr(line, '\n') - line) + 1;
		require(line_size <= LINE_CAPACITY, "a line that is too long");
		require(lines < 3, "too many lines");
		if (format == SHOW_JSON)
			require(*json_value(line, 0) == '\n', "more than one value");
	}
}

/* A value of a map on two processors, and the type as one that events are counted by. */
static void sum_and_count(const struct btf *btf, uint32_t type, const uint8_t *event, size_t size)
{
	_cleanup_(plan_free) struct plan plan = {0};
	_cleanup_(value_sum_free) struct value_sum sum = {0};
	uint32_t half = (uint32_t)(size / 2 < VALUE_MAX ? size / 2 : VALUE_MAX);
	uint8_t total[VALUE_MAX];
	struct event_counter *counter = NULL;

	if (plan_compile(&plan, btf, type, NULL) || value_sum_compile(&sum, &plan, half))
		return;
	value_sum(&sum, event, half, 2, half, total);
	require(value_compare(&sum, total, total, half) == 0, "a value differs from itself");
	for (size_t i = 0; i < plan.count && i < 2; i++) {
		if (!strchr(plan.fields[i].title, ',') &&
		    !event_counter_new(&counter, "events", btf, type, plan.fields[i].title, NULL)) {
			event_counter_count(counter, event, size);
			event_counter_count(counter, event, size / 2);
			require(counter->series_count <= 2, "too many series");
			event_counter_free(counter);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t btf_size, type;
	struct btf *btf;

	if (size < 8)
		return 0;
	memcpy(&btf_size, data, 4);
	memcpy(&type, data + 4, 4);
	data += 8;
	size -= 8;
	if (btf_size > size)
		return 0;
	libbpf_set_print(quiet);
	btf = btf__new(data, btf_size);
	if (!btf)
		return 0;
	print(btf, type, SHOW_JSON, data + btf_size, size - btf_size);
	print(btf, type, SHOW_TABLE, data + btf_size, size - btf_size);
	print(btf, 0, SHOW_JSON, data + btf_size, size - btf_size);
	sum_and_count(btf, type, data + btf_size, size - btf_size);
	btf__free(btf);
	return 0;
}
