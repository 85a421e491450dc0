/* SPDX-License-Identifier: MIT */
/*
 * In: a field and the bytes of an event. Out: its text, for a table or as a JSON value. In JSON a
 * number stays a number, exactly, unless its meaning is a text: an address, a time of day, the name
 * of an error.
 */
#include "runner/show/show_value.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "runner/show/bits.h"

static void quoted(struct event_view *view, const char *text, size_t size, enum show_format format)
{
	if (format == SHOW_TABLE) {
		line_escaped(view->line, text, size, LINE_TERMINAL);
		return;
	}
	line_bytes(view->line, "\"", 1);
	line_escaped(view->line, text, size, LINE_JSON);
	line_close(view->line, '"');
}

static void quote(struct event_view *view, enum show_format format)
{
	if (format == SHOW_JSON)
		line_bytes(view->line, "\"", 1);
}

/* 1.234ms: three digits are enough for the eye; JSON has them all. */
static void print_duration(struct line *line, uint64_t ns)
{
	static const struct {
		uint64_t size;
		const char *name;
	} units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (ns >= units[i].size) {
			uint64_t rest = ns % units[i].size / (units[i].size / 1000);

			line_unsigned(line, ns / units[i].size);
			line_format(line, ".%03u%s", (unsigned)rest, units[i].name);
			return;
		}
	line_unsigned(line, ns);
	line_bytes(line, "ns", 2);
}

/* 812, 1.4K, 20M: powers of 1024. */
static void print_size(struct line *line, uint64_t size)
{
	static const char units[] = "KMGTPE";
	int unit = -1;
	uint64_t tenths = size;

	if (size < 1024) {
		line_unsigned(line, size);
		return;
	}
	for (; tenths >= 1024; tenths /= 1024) {
		if (tenths < 1024 * 1024) {
			tenths = tenths * 10 / 1024;
			unit++;
			break;
		}
		unit++;
	}
	line_unsigned(line, tenths / 10);
	if (tenths < 100)
		line_format(line, ".%u", (unsigned)(tenths % 10));
	line_bytes(line, &units[unit], 1);
}

void show_address(struct event_view *view, uint64_t address, enum show_format format)
{
	uint64_t offset = 0;
	const char *name = kernel_symbols_find(&view->context->symbols, address, &offset);

	quote(view, format);
	if (name && strlen(name) < SHOW_VALUE_ROOM - 24) {
		line_escaped(view->line, name, strlen(name),
			     format == SHOW_JSON ? LINE_JSON : LINE_TERMINAL);
		line_bytes(view->line, "+", 1);
		line_hex(view->line, offset);
	} else {
		line_hex(view->line, address);
	}
	quote(view, format);
}

/* False: the number alone says it. */
static bool print_meaning(struct event_view *view, const struct field *field, uint64_t value,
			  enum show_format format)
{
	struct wall_clock *clock = &view->context->clock;
	enum wall_clock_of of =
		field->meaning == MEANING_TIME ? WALL_CLOCK_MONOTONIC : WALL_CLOCK_BOOT;
	int64_t result = (int64_t)value;
	const char *name;

	switch (field->meaning) {
	case MEANING_TIME:
	case MEANING_BOOT_TIME:
		quote(view, format);
		if (format == SHOW_JSON)
			wall_clock_print_utc(clock, of, value, view->line);
		else
			wall_clock_print_local(clock, of, value, view->line);
		quote(view, format);
		return true;
	case MEANING_PORT:
		line_unsigned(view->line, ntohs((uint16_t)value));
		return true;
	case MEANING_ERRNO:
		if (field->size == 4)
			result = (int32_t)value;
		if (result >= 0 || result < -4095)
			return false;
		name = strerrorname_np((int)-result);
		if (!name)
			return false;
		quote(view, format);
		line_text(view->line, name);
		quote(view, format);
		return true;
	case MEANING_KERNEL_ADDRESS:
		show_address(view, value, format);
		return true;
	case MEANING_HEX:
		quote(view, format);
		line_hex(view->line, value);
		quote(view, format);
		return true;
	default:
		break;
	}
	if (format == SHOW_JSON)
		return false;
	switch (field->meaning) {
	case MEANING_DURATION:
		print_duration(view->line, value);
		return true;
	case MEANING_SIZE:
		print_size(view->line, value);
		return true;
	case MEANING_UID:
		name = users_name(&view->context->users, (uint32_t)value);
		if (name)
			line_escaped(view->line, name, strlen(name), LINE_TERMINAL);
		return name != NULL;
	default:
		return false;
	}
}

static void print_number(struct event_view *view, const struct field *field, const uint8_t *bytes,
			 enum show_format format)
{
	struct line *line = view->line;
	bits_wide wide;
	uint64_t value;
	const char *name;

	if (field->is_bit_field) {
		wide = bits_load(bytes, field->shift, field->bits, BITS_HOST_IS_BIG);
		if (field->is_signed)
			wide = (bits_wide)bits_extend_sign(wide, field->bits);
		if (field->bits > 64) {
			if (field->is_signed)
				line_signed_wide(line, (bits_wide_signed)wide);
			else
				line_unsigned_wide(line, wide);
			return;
		}
		value = (uint64_t)wide;
	} else {
		value = bits_load_whole(bytes, (size_t)field->size);
		if (field->is_signed && field->size < 8)
			value = (uint64_t)(int64_t)bits_extend_sign(value, field->bits);
	}
	if (field->kind == FIELD_BOOL && value <= 1) {
		line_text(line, value ? "true" : "false");
		return;
	}
	if (field->kind == FIELD_ENUM) {
		name = enum_names_find(field->names, value);
		if (name) {
			quoted(view, name, strnlen(name, PLAN_NAME_MAX), format);
			return;
		}
	}
	if (field->meaning != MEANING_NONE && print_meaning(view, field, value, format))
		return;
	if (field->is_signed)
		line_signed(line, (int64_t)value);
	else
		line_unsigned(line, value);
}

/* The fewest digits that read back as the same number. */
static void print_digits(struct line *line, double value, bool is_float)
{
	char text[LINE_NUMBER];

	for (int digits = is_float ? 6 : 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
			break;
	}
	line_text(line, text);
}

static void print_float(struct event_view *view, const uint8_t *bytes, uint64_t size,
			enum show_format format)
{
	double value;
	float small;

	if (size == 4) {
		memcpy(&small, bytes, sizeof(small));
		value = (double)small;
	} else {
		memcpy(&value, bytes, sizeof(value));
	}
	if (isfinite(value))
		print_digits(view->line, value, size == 4);
	else if (format == SHOW_JSON) /* JSON has no infinity */
		line_text(view->line, "null");
	else
		line_text(view->line, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
}

static void print_ip(struct event_view *view, const struct field *field, const uint8_t *bytes,
		     uint64_t outer, enum show_format format)
{
	char text[INET6_ADDRSTRLEN] = "";
	int family = field->size == 4 ? AF_INET : AF_INET6;

	if (field->has_family &&
	    event_view_has(view, outer + field->family_offset, field->family_size) &&
	    bits_load_whole(view->bytes + outer + field->family_offset, field->family_size) ==
		    AF_INET)
		family = AF_INET;
	quote(view, format);
	for (int i = 0; i < 4 && family == AF_INET; i++) { /* inet_ntop() calls sprintf() */
		if (i)
			line_bytes(view->line, ".", 1);
		line_unsigned(view->line, bytes[i]);
	}
	if (family == AF_INET6)
		line_text(view->line, inet_ntop(family, bytes, text, sizeof(text)));
	quote(view, format);
}

/* Up to the NUL. What the end of the event cuts is words with a NUL after each: all of them. */
static void print_text(struct event_view *view, const struct field *field, const uint8_t *bytes,
		       uint64_t size, enum show_format format)
{
	const char *text = (const char *)bytes;

	if (field->takes_rest || size < field->size)
		while (size && !text[size - 1])
			size--;
	else
		size = strnlen(text, size);
	quoted(view, text, size, format);
}

static void print_bytes(struct event_view *view, const uint8_t *bytes, uint64_t size,
			enum show_format format)
{
	if (format == SHOW_JSON)
		line_bytes(view->line, "\"", 1);
	line_hex_bytes(view->line, bytes, size);
	if (format == SHOW_JSON)
		line_close(view->line, '"');
}

bool show_value(struct event_view *view, const struct field *field, uint64_t offset, uint64_t outer,
		enum show_format format)
{
	const uint8_t *bytes;
	uint64_t size = field->size;

	switch (field->kind) {
	case FIELD_TEXT:
	case FIELD_BYTES:
		if (!event_view_extent(view, field, offset, &size))
			return false;
		break;
	default:
		if (!event_view_has(view, offset, size))
			return false;
	}
	bytes = view->bytes + offset;
	switch (field->kind) {
	case FIELD_INTEGER:
	case FIELD_BOOL:
	case FIELD_ENUM:
		print_number(view, field, bytes, format);
		break;
	case FIELD_FLOAT:
		print_float(view, bytes, size, format);
		break;
	case FIELD_POINTER:
		if (field->meaning == MEANING_KERNEL_ADDRESS) {
			show_address(view, bits_load_whole(bytes, size == 4 ? 4 : 8), format);
			break;
		}
		quote(view, format);
		line_hex(view->line, bits_load_whole(bytes, size == 4 ? 4 : 8));
		quote(view, format);
		break;
	case FIELD_TEXT:
		print_text(view, field, bytes, size, format);
		break;
	case FIELD_IP:
		print_ip(view, field, bytes, outer, format);
		break;
	default:
		print_bytes(view, bytes, size, format);
	}
	return true;
}
