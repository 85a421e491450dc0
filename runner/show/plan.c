/* SPDX-License-Identifier: MIT */
/*
 * In: a type of a BTF, which may be hostile: libbpf has checked that each type's own bytes are
 * there and bounds ids and strings, nothing else. A type may contain itself, have members past its
 * end and arrays of 2^32 elements. Out: the list of fields, bounded in number and depth; whether a
 * field is inside of an event is asked when the event is printed.
 */
#include "runner/show/plan.h"

#include <bpf/btf.h>
#include <ctype.h>
#include <stdlib.h>

#include "runner/show/bits.h"
#include "runner/show/line.h"
#include "runner/show/tags.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

#define MODIFIERS_MAX 32 /* const, typedef ... on the way to a type; libbpf's own limit */

/* The struct around a member, for members that name another one. */
struct scope {
	const struct btf_type *type;
	uint64_t offset;	   /* of its first byte, counted as the fields' offsets are */
	const struct scope *outer; /* the struct is a member without a name of this one */
};

/* Where a value is, and what is known of it before its type is. */
struct place {
	const char *name;   /* NULL: an element or the whole event */
	const char *prefix; /* of the title: "OUTER." */
	uint64_t bit_offset;
	unsigned bit_field; /* its width; 0: none */
	enum meaning meaning;
	const char *argument; /* of the meaning */
	bool is_last;
	unsigned depth;
	const struct scope *scope;
};

struct compiler {
	struct plan *plan;
	const struct btf *btf;
	struct tags tags;
	struct known_enum {
		const struct btf_type *type;
		const struct enum_names *names;
	} * enums;
	size_t enum_count, enum_capacity;
};

static void compiler_free(struct compiler *compiler)
{
	tags_free(&compiler->tags);
	free(compiler->enums);
}

static int add_type(struct compiler *compiler, const struct place *place, uint32_t id);

/* The first of @count tags that is a meaning. */
static void take_meaning(struct place *place, const struct tag *tag, size_t count)
{
	for (size_t i = 0; i < count && place->meaning == MEANING_NONE; i++)
		place->meaning = meaning_find(tag[i].text, &place->argument);
}

/* The type behind const, typedef ...; a tag on a typedef counts where the member has none. */
static const struct btf_type *skip_modifiers(const struct compiler *compiler, uint32_t *id,
					     struct place *place)
{
	for (int i = 0; i < MODIFIERS_MAX; i++) {
		const struct btf_type *type = btf__type_by_id(compiler->btf, *id);
		size_t count;
		const struct tag *tag;

		if (!type || (!btf_is_mod(type) && !btf_is_typedef(type)))
			return type;
		if (btf_is_typedef(type) && place) {
			tag = tags_of(&compiler->tags, *id, -1, &count);
			take_meaning(place, tag, count);
		}
		*id = type->type;
	}
	return NULL;
}

static uint64_t type_size(const struct compiler *compiler, uint32_t id)
{
	int64_t size = btf__resolve_size(compiler->btf, id);

	return size < 0 ? 0 : (uint64_t)size;
}

/* `"name":` for JSON; an element has no name. */
static int set_key(struct compiler *compiler, struct field *field, const char *name)
{
	char text[PLAN_NAME_MAX * 6 + 8];
	struct line line = {.data = text};

	field->key = "";
	if (!name)
		return 0;
	line_bytes(&line, "\"", 1);
	line_escaped(&line, name, strnlen(name, PLAN_NAME_MAX), LINE_JSON);
	line_bytes(&line, "\":", 2);
	field->key = arena_string(&compiler->plan->memory, text, line.size);
	field->key_length = line.size;
	return field->key ? 0 : -ENOMEM;
}

/* OUTER.NAME; @end follows it. */
static char *make_title(struct compiler *compiler, const char *prefix, const char *name,
			const char *end)
{
	char text[PLAN_TITLE_MAX + PLAN_NAME_MAX * 4 + 8];
	struct line line = {.data = text};
	char *title;

	line_text(&line, prefix);
	line_escaped(&line, name ? name : "value", name ? strnlen(name, PLAN_NAME_MAX) : 5,
		     LINE_TERMINAL);
	line_text(&line, end);
	title = arena_string(&compiler->plan->memory, text,
			     line.size < PLAN_TITLE_MAX ? line.size : PLAN_TITLE_MAX);
	for (char *at = title; at && *at; at++)
		*at = (char)toupper((unsigned char)*at);
	return title;
}

/* 0; -E2BIG: the plan is full, *@ret_field is NULL then. */
static int add_field(struct compiler *compiler, const struct place *place, enum field_kind kind,
		     uint64_t size, size_t *ret_index)
{
	struct plan *plan = compiler->plan;
	struct field *field;

	if (plan->count == PLAN_FIELDS_MAX) {
		plan->is_cut = true;
		return -E2BIG;
	}
	if (array_reserve(plan->fields, plan->capacity, plan->count + 1))
		return -ENOMEM;
	*ret_index = plan->count;
	field = &plan->fields[plan->count++];
	*field = (struct field){
		.kind = kind,
		.meaning = place->meaning,
		.is_last = place->is_last,
		.offset = place->bit_offset / 8,
		.size = size,
	};
	plan->uses[place->meaning] = true;
	field->title = make_title(compiler, place->prefix, place->name, "");
	return field->title ? set_key(compiler, field, place->name) : -ENOMEM;
}

/* A scalar whose whole bytes are printed as they are, or nothing if it has none. */
static int add_plain(struct compiler *compiler, const struct place *place, enum field_kind kind,
		     uint64_t size)
{
	size_t index;

	if (place->bit_offset % 8) { /* no compiler writes this */
		kind = FIELD_BYTES;
		size = 0;
	}
	return add_field(compiler, place, kind, size, &index);
}

/* An integer or an enum: the only ones that may be bit-fields. */
static int add_number(struct compiler *compiler, const struct place *place, enum field_kind kind,
		      uint64_t size, unsigned bits, bool is_signed, const struct enum_names *names)
{
	struct field *field;
	size_t index;
	int err;
	bool is_bit_field = place->bit_field || place->bit_offset % 8 || bits != size * 8;

	if (size > sizeof(bits_wide) || !bits || bits > BITS_WIDEST ||
	    bits_span(place->bit_offset % 8, bits) > sizeof(bits_wide))
		return add_plain(compiler, place, FIELD_BYTES, place->bit_field ? 0 : size);
	err = add_field(compiler, place, kind, size, &index);
	if (err)
		return err;
	field = &compiler->plan->fields[index];
	field->is_signed = is_signed;
	field->names = names;
	field->shift = place->bit_offset % 8;
	field->bits = (uint8_t)bits;
	field->is_bit_field = is_bit_field || (size != 1 && size != 2 && size != 4 && size != 8);
	if (field->is_bit_field)
		field->size = bits_span(field->shift, bits);
	if (field->meaning == MEANING_PORT && (field->is_bit_field || size != 2))
		field->meaning = MEANING_NONE;
	return 0;
}

static bool is_char(const struct compiler *compiler, const struct btf_type *type)
{
	const char *name = btf__name_by_offset(compiler->btf, type->name_off);

	return btf_is_int(type) && type->size == 1 &&
	       (btf_int_encoding(type) & BTF_INT_CHAR || (name && strcmp(name, "char") == 0));
}

static int add_int(struct compiler *compiler, struct place *place, const struct btf_type *type)
{
	uint8_t encoding = btf_int_encoding(type);
	unsigned bits = place->bit_field ? place->bit_field : btf_int_bits(type);

	if (!place->bit_field)
		place->bit_offset += btf_int_offset(type);
	return add_number(compiler, place, encoding & BTF_INT_BOOL ? FIELD_BOOL : FIELD_INTEGER,
			  type->size, bits, encoding & BTF_INT_SIGNED, NULL);
}

static int add_enum(struct compiler *compiler, const struct place *place,
		    const struct btf_type *type)
{
	const struct enum_names *names = NULL;

	for (size_t i = 0; i < compiler->enum_count && !names; i++)
		if (compiler->enums[i].type == type)
			names = compiler->enums[i].names;
	if (!names) {
		if (array_reserve(compiler->enums, compiler->enum_capacity,
				  compiler->enum_count + 1))
			return -ENOMEM;
		names = enum_names_read(compiler->btf, type, &compiler->plan->memory);
		if (!names)
			return -ENOMEM;
		compiler->enums[compiler->enum_count++] = (struct known_enum){type, names};
	}
	if (type->size > 8)
		return add_plain(compiler, place, FIELD_BYTES, type->size);
	return add_number(compiler, place, FIELD_ENUM, type->size,
			  place->bit_field ? place->bit_field : type->size * 8, names->is_signed,
			  names);
}

/* The member @name of the struct around @place, for the family of an IP address. */
static void find_family(struct compiler *compiler, const struct place *place, struct field *field)
{
	for (const struct scope *scope = place->scope; scope; scope = scope->outer)
		for (unsigned i = 0; i < btf_vlen(scope->type); i++) {
			const struct btf_member *member = btf_members(scope->type) + i;
			const char *name = btf__name_by_offset(compiler->btf, member->name_off);
			uint64_t bit_offset = btf_member_bit_offset(scope->type, i);
			uint64_t size = type_size(compiler, member->type);

			if (!name || strcmp(name, place->argument) != 0)
				continue;
			if (bit_offset % 8 || btf_member_bitfield_size(scope->type, i) ||
			    (size != 1 && size != 2 && size != 4))
				return;
			field->has_family = true;
			field->family_size = (uint8_t)size;
			field->family_offset = scope->offset + bit_offset / 8;
			return;
		}
}

static int add_ip(struct compiler *compiler, const struct place *place, uint64_t size)
{
	size_t index;
	int err = add_field(compiler, place, FIELD_IP, size, &index);

	if (!err && *place->argument)
		find_family(compiler, place, &compiler->plan->fields[index]);
	return err;
}

static int add_array(struct compiler *compiler, const struct place *place,
		     const struct btf_type *type)
{
	const struct btf_array *array = btf_array(type);
	uint32_t element_id = array->type;
	const struct btf_type *element = skip_modifiers(compiler, &element_id, NULL);
	uint64_t stride = element ? type_size(compiler, element_id) : 0;
	uint64_t size = stride * array->nelems;
	bool takes_rest = !array->nelems && place->is_last;
	struct place inner = {
		.prefix = "", .argument = "", .depth = place->depth + 1, .meaning = place->meaning};
	size_t index;
	int err;

	if (!stride || place->bit_offset % 8 || place->depth >= PLAN_DEPTH_MAX)
		return add_plain(compiler, place, FIELD_BYTES, size);
	if (is_char(compiler, element) || (place->meaning == MEANING_TEXT && stride == 1) ||
	    place->meaning == MEANING_HEX) {
		err = add_field(compiler, place,
				place->meaning == MEANING_HEX ? FIELD_BYTES : FIELD_TEXT, size,
				&index);
		if (!err)
			compiler->plan->fields[index].takes_rest = takes_rest;
		compiler->plan->takes_rest |= takes_rest;
		return err;
	}
	err = add_field(compiler, place, FIELD_ARRAY, size, &index);
	if (err)
		return err;
	err = add_type(compiler, &inner, array->type);
	compiler->plan->fields[index].body = (uint32_t)(compiler->plan->count - index - 1);
	compiler->plan->fields[index].takes_rest = takes_rest;
	compiler->plan->takes_rest |= takes_rest;
	compiler->plan->fields[index].count = array->nelems;
	compiler->plan->fields[index].stride = stride;
	return err;
}

static int add_members(struct compiler *compiler, const struct place *place,
		       const struct btf_type *type, uint32_t id, const char *prefix)
{
	bool is_inlined = place->name && !*place->name;
	struct scope scope = {type, is_inlined ? place->bit_offset / 8 : 0,
			      is_inlined ? place->scope : NULL};
	unsigned count = btf_vlen(type);
	int err = 0;

	for (unsigned i = 0; i < count && !err; i++) {
		const struct btf_member *member = btf_members(type) + i;
		const char *name = btf__name_by_offset(compiler->btf, member->name_off);
		struct place inner = {
			.name = name ? name : "",
			.prefix = prefix,
			.bit_offset = scope.offset * 8 + btf_member_bit_offset(type, i),
			.bit_field = btf_member_bitfield_size(type, i),
			.argument = "",
			.is_last = place->is_last && btf_is_struct(type) && i == count - 1,
			.depth = place->depth + 1,
			.scope = &scope,
		};
		size_t tag_count;
		const struct tag *tag = tags_of(&compiler->tags, id, (int32_t)i, &tag_count);

		take_meaning(&inner, tag, tag_count);
		err = add_type(compiler, &inner, member->type);
	}
	return err;
}

static int add_struct(struct compiler *compiler, const struct place *place,
		      const struct btf_type *type, uint32_t id)
{
	const char *prefix = "";
	size_t index;
	int err;

	if (place->bit_offset % 8 || place->depth >= PLAN_DEPTH_MAX)
		return add_plain(compiler, place, FIELD_BYTES, type->size);
	if (place->name && !*place->name) /* its members are its struct's */
		return add_members(compiler, place, type, id, place->prefix);
	if (place->name) {
		prefix = make_title(compiler, place->prefix, place->name, ".");
		if (!prefix)
			return -ENOMEM;
	}
	err = add_field(compiler, place, FIELD_OBJECT, type->size, &index);
	if (err)
		return err;
	err = add_members(compiler, place, type, id, prefix);
	compiler->plan->fields[index].body = (uint32_t)(compiler->plan->count - index - 1);
	return err;
}

/* .bss and its like: an object of the global variables. */
static int add_variables(struct compiler *compiler, const struct place *place,
			 const struct btf_type *section)
{
	size_t index = 0;
	int err = add_field(compiler, place, FIELD_OBJECT, section->size, &index);

	if (err)
		return err;
	for (unsigned i = 0; i < btf_vlen(section) && !err; i++) {
		const struct btf_var_secinfo *info = btf_var_secinfos(section) + i;
		const struct btf_type *variable = btf__type_by_id(compiler->btf, info->type);
		const char *name;
		struct place inner = {.prefix = "",
				      .argument = "",
				      .bit_offset = (uint64_t)info->offset * 8,
				      .depth = place->depth + 1};
		size_t tag_count;
		const struct tag *tag = tags_of(&compiler->tags, info->type, -1, &tag_count);

		if (!variable || !btf_is_var(variable))
			continue;
		name = btf__name_by_offset(compiler->btf, variable->name_off);
		inner.name = name && *name ? name : "?";
		take_meaning(&inner, tag, tag_count);
		err = add_type(compiler, &inner, variable->type);
	}
	compiler->plan->fields[index].body = (uint32_t)(compiler->plan->count - index - 1);
	return err;
}

static int add_type(struct compiler *compiler, const struct place *outer, uint32_t id)
{
	struct place place = *outer;
	const struct btf_type *type = skip_modifiers(compiler, &id, &place);
	uint64_t size = type ? type_size(compiler, id) : 0;

	if (!type)
		return add_plain(compiler, &place, FIELD_BYTES, 0);
	if (place.meaning == MEANING_IP && (size == 4 || size == 16) && !place.bit_field &&
	    place.bit_offset % 8 == 0 && !btf_is_ptr(type))
		return add_ip(compiler, &place, size);
	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		return add_int(compiler, &place, type);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return add_enum(compiler, &place, type);
	case BTF_KIND_PTR:
		return add_plain(compiler, &place, FIELD_POINTER, size);
	case BTF_KIND_FLOAT:
		return add_plain(compiler, &place,
				 type->size == 4 || type->size == 8 ? FIELD_FLOAT : FIELD_BYTES,
				 type->size);
	case BTF_KIND_ARRAY:
		return add_array(compiler, &place, type);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return add_struct(compiler, &place, type, id);
	case BTF_KIND_DATASEC:
		if (!outer->depth)
			return add_variables(compiler, &place, type);
		return add_plain(compiler, &place, FIELD_BYTES, 0);
	default:
		return add_plain(compiler, &place, FIELD_BYTES, 0);
	}
}

/* "struct event", for messages. */
static const char *type_name(struct compiler *compiler, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(compiler->btf, id);
	const char *name = btf__name_by_offset(compiler->btf, type->name_off);
	char text[PLAN_NAME_MAX * 4 + 16];
	struct line line = {.data = text};

	if (btf_is_struct(type) || btf_is_union(type) || btf_is_any_enum(type))
		line_text(&line, btf_is_struct(type)  ? "struct "
				 : btf_is_union(type) ? "union "
						      : "enum ");
	if (!name || !*name)
		name = "(without a name)";
	line_escaped(&line, name, strnlen(name, PLAN_NAME_MAX), LINE_TERMINAL);
	return arena_string(&compiler->plan->memory, text, line.size);
}

int plan_compile(struct plan *plan, const struct btf *btf, uint32_t type, struct reason *why)
{
	_cleanup_(compiler_free) struct compiler compiler = {.plan = plan, .btf = btf};
	struct place place = {.prefix = "", .argument = "", .is_last = true};
	int64_t size;
	int err;

	if (!type || !btf__type_by_id(btf, type))
		return reason_set(why, -EINVAL, "the BTF has no type [%u]", type);
	size = btf__resolve_size(btf, type);
	if (size < 0)
		return reason_set(why, -EINVAL, "type [%u] has no size", type);
	plan->size = (uint64_t)size;
	err = tags_collect(&compiler.tags, btf);
	if (!err)
		err = add_type(&compiler, &place, type);
	if (err == -E2BIG)
		err = 0;
	plan->type_name = type_name(&compiler, type);
	if (err || !plan->type_name)
		return reason_errno(why, -ENOMEM, "fields of an event");
	return 0;
}

int plan_raw(struct plan *plan, uint32_t size, struct reason *why)
{
	struct compiler compiler = {.plan = plan};
	struct place place = {.prefix = "", .argument = "", .is_last = true};
	bool is_integer = size == 1 || size == 2 || size == 4 || size == 8;

	plan->size = size;
	plan->type_name = "unknown type";
	if (is_integer ? add_number(&compiler, &place, FIELD_INTEGER, size, size * 8, false, NULL)
		       : add_plain(&compiler, &place, FIELD_BYTES, size))
		return reason_errno(why, -ENOMEM, "fields of a value");
	return 0;
}

void plan_free(struct plan *plan)
{
	free(plan->fields);
	arena_free(&plan->memory);
	*plan = (struct plan){0};
}
