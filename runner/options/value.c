/* SPDX-License-Identifier: MIT */
/*
 * In: text. Out: the bytes of a variable, or why not; and back. The bytes are in this machine's
 * order, as the BPF programs that it runs.
 */
#include "runner/options/value.h"

#include <bpf/btf.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void put(struct variable *variable, uint64_t number)
{
	switch (variable->size) {
	case 1:
		*variable->value = (uint8_t)number;
		break;
	case 2:
		memcpy(variable->value, &(uint16_t){(uint16_t)number}, 2);
		break;
	case 4:
		memcpy(variable->value, &(uint32_t){(uint32_t)number}, 4);
		break;
	default:
		memcpy(variable->value, &number, 8);
	}
}

/* Sign-extended to 64 bits if it is signed. */
static uint64_t get(const struct variable *variable)
{
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	switch (variable->size) {
	case 1:
		return variable->is_signed ? (uint64_t)(int8_t)*variable->value : *variable->value;
	case 2:
		memcpy(&two, variable->value, 2);
		return variable->is_signed ? (uint64_t)(int16_t)two : two;
	case 4:
		memcpy(&four, variable->value, 4);
		return variable->is_signed ? (uint64_t)(int32_t)four : four;
	default:
		memcpy(&eight, variable->value, 8);
		return eight;
	}
}

static int parse_flag(struct variable *variable, const char *text, struct reason *why)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

	for (size_t i = 0; text && i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(text, words[i]) == 0) {
			put(variable, i % 2);
			return 0;
		}
	}
	if (text)
		return reason_set(why, -EINVAL, "--%s is true or false, not '%s'", variable->option,
				  text);
	put(variable, 1);
	return 0;
}

/* A whole number of any sign into @ret_number; false: it is none, or has more than 64 bits. */
static bool parse_number(const char *text, bool *ret_negative, uint64_t *ret_number)
{
	const char *digits = text + (*text == '-');
	char *end;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*ret_number = strtoull(digits, &end, 0);
	*ret_negative = digits != text && *ret_number;
	return !errno && !*end;
}

static int parse_integer(struct variable *variable, const char *text, struct reason *why)
{
	unsigned int bits = 8 * (unsigned int)variable->size;
	uint64_t largest = UINT64_MAX >> (64 - bits + variable->is_signed);
	uint64_t number = 0;
	bool negative = false;

	if (parse_number(text, &negative, &number) &&
	    (negative ? variable->is_signed && number <= largest + 1 : number <= largest)) {
		put(variable, negative ? -number : number);
		return 0;
	}
	return reason_set(
		why, -EINVAL, "--%s takes a whole number from %" PRId64 " to %" PRIu64 ", not '%s'",
		variable->option, variable->is_signed ? -(int64_t)largest - 1 : 0, largest, text);
}

/* --- enums -------------------------------------------------------------------------------------
 */

static uint32_t name_count(const struct variable *variable)
{
	return btf_vlen(btf__type_by_id(variable->btf, variable->type));
}

static const char *name_at(const struct variable *variable, uint32_t i, uint64_t *ret_number)
{
	const struct btf_type *type = btf__type_by_id(variable->btf, variable->type);
	const char *name;

	if (btf_is_enum(type)) {
		const struct btf_enum *one = &btf_enum(type)[i];

		name = btf__name_by_offset(variable->btf, one->name_off);
		*ret_number =
			variable->is_signed ? (uint64_t)(int64_t)one->val : (uint32_t)one->val;
	} else {
		const struct btf_enum64 *one = &btf_enum64(type)[i];

		name = btf__name_by_offset(variable->btf, one->name_off);
		*ret_number = btf_enum64_value(one);
	}
	return name ? name : "";
}

/* How many characters all names have in common, up to and with their last '_'. */
static size_t prefix_length(const struct variable *variable)
{
	uint32_t count = name_count(variable);
	uint64_t number;
	const char *first = count > 1 ? name_at(variable, 0, &number) : "";
	size_t length = strlen(first);

	for (uint32_t i = 1; i < count; i++) {
		const char *name = name_at(variable, i, &number);
		size_t same = 0;

		while (same < length && name[same] == first[same])
			same++;
		length = same;
	}
	while (length && first[length - 1] != '_')
		length--;
	return length;
}

static void short_name(const struct variable *variable, uint32_t i, char *text, size_t size)
{
	uint64_t number;

	snprintf(text, size, "%s", name_at(variable, i, &number) + prefix_length(variable));
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

static void list_names(const struct variable *variable, const char *between, char *text,
		       size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (uint32_t i = 0; i < name_count(variable) && used + 80 < size; i++) {
		char name[64];

		short_name(variable, i, name, sizeof(name));
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? between : "", name);
	}
}

static int parse_enum(struct variable *variable, const char *text, struct reason *why)
{
	char names[300], name[64];
	bool negative;
	uint64_t number;

	for (uint32_t i = 0; i < name_count(variable); i++) {
		short_name(variable, i, name, sizeof(name));
		if (strcmp(text, name_at(variable, i, &number)) == 0 ||
		    strcasecmp(text, name) == 0) {
			put(variable, number);
			return 0;
		}
	}
	/* The number of one of the names. */
	if (parse_number(text, &negative, &number)) {
		uint64_t wanted = negative ? -number : number;

		for (uint32_t i = 0; i < name_count(variable); i++) {
			name_at(variable, i, &number);
			if (number == wanted) {
				put(variable, wanted);
				return 0;
			}
		}
	}
	list_names(variable, ", ", names, sizeof(names));
	return reason_set(why, -EINVAL, "--%s is one of %s, not '%s'", variable->option, names,
			  text);
}

/* -----------------------------------------------------------------------------------------------
 */

static int parse_text(struct variable *variable, const char *text, struct reason *why)
{
	size_t length = strlen(text);

	/* Programs take it for a string, so the last byte stays 0. */
	if (length >= variable->size)
		return reason_set(why, -EINVAL,
				  "--%s takes text of at most %zu bytes, and '%.60s' has %zu",
				  variable->option, variable->size - 1, text, length);
	memset(variable->value, 0, variable->size);
	memcpy(variable->value, text, length);
	return 0;
}

int value_parse(struct variable *variable, const char *text, struct reason *why)
{
	switch (variable->kind) {
	case VARIABLE_FLAG:
		return parse_flag(variable, text, why);
	case VARIABLE_INTEGER:
		return parse_integer(variable, text, why);
	case VARIABLE_ENUM:
		return parse_enum(variable, text, why);
	default:
		return parse_text(variable, text, why);
	}
}

void value_describe(const struct variable *variable, char *text, size_t size)
{
	*text = '\0';
	if (variable->kind == VARIABLE_ENUM)
		list_names(variable, "|", text, size);
	else if (variable->kind != VARIABLE_FLAG)
		snprintf(text, size, "%s", variable->kind == VARIABLE_TEXT ? "TEXT" : "N");
}

void value_print(const struct variable *variable, char *text, size_t size)
{
	uint64_t number, value;

	*text = '\0';
	if (variable->kind == VARIABLE_TEXT) {
		snprintf(text, size, "%.*s", (int)variable->size, (const char *)variable->value);
		return;
	}
	value = get(variable);
	if (variable->kind == VARIABLE_ENUM) {
		for (uint32_t i = 0; i < name_count(variable); i++) {
			name_at(variable, i, &number);
			if (number == value) {
				short_name(variable, i, text, size);
				return;
			}
		}
	}
	if (!value)
		return;
	if (variable->kind == VARIABLE_FLAG)
		snprintf(text, size, "true");
	else if (variable->is_signed)
		snprintf(text, size, "%" PRId64, (int64_t)value);
	else
		snprintf(text, size, "%" PRIu64, value);
}
