/* SPDX-License-Identifier: MIT */
/*
 * In: the BTF of an object and the bytes of its sections .rodata. Out: a list of variables, and
 * their values back into the sections.
 */
#include "runner/options/variable.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runner/options/value.h"
#include "runtime/util/array.h"

#define HELP_TAG "corebtf:help:"

void variables_free(struct variables *variables)
{
	for (size_t i = 0; i < variables->count; i++) {
		free(variables->list[i].map);
		free(variables->list[i].name);
		free(variables->list[i].option);
		free(variables->list[i].help);
		free(variables->list[i].value);
	}
	for (size_t i = 0; i < variables->btf_count; i++)
		btf__free(variables->btfs[i]);
	free(variables->list);
	free(variables->btfs);
	*variables = (struct variables){0};
}

const struct variable *variables_find(const struct variables *variables, const char *option)
{
	for (size_t i = 0; i < variables->count; i++) {
		if (strcmp(variables->list[i].option, option) == 0)
			return &variables->list[i];
	}
	return NULL;
}

const struct variable *variables_find_letter(const struct variables *variables, char letter)
{
	for (size_t i = 0; i < variables->count; i++) {
		if (variables->list[i].letter == letter)
			return &variables->list[i];
	}
	return NULL;
}

/* Both qualifiers, in any order and behind typedefs. BTF may be hostile: bounded. */
static bool is_const_volatile(const struct btf *btf, uint32_t type)
{
	bool is_const = false, is_volatile = false;

	for (int depth = 0; depth < 32; depth++) {
		const struct btf_type *t = btf__type_by_id(btf, type);

		if (!t || !(btf_is_mod(t) || btf_is_typedef(t) || btf_is_array(t)))
			break;
		is_const |= btf_is_const(t);
		is_volatile |= btf_is_volatile(t);
		/* The qualifiers of an array are its elements'. */
		type = btf_is_array(t) ? btf_array(t)->type : t->type;
	}
	return is_const && is_volatile;
}

static uint32_t skip_modifiers(const struct btf *btf, uint32_t type)
{
	for (int depth = 0; depth < 32; depth++) {
		const struct btf_type *t = btf__type_by_id(btf, type);

		if (!t || !(btf_is_mod(t) || btf_is_typedef(t)))
			return type;
		type = t->type;
	}
	return 0;
}

/* The kind of option that the type makes; false: none. */
static bool find_kind(const struct btf *btf, struct variable *variable)
{
	const struct btf_type *type = btf__type_by_id(btf, variable->type), *element;
	int64_t size = btf__resolve_size(btf, variable->type);

	if (!type || size <= 0 || size > VALUE_TEXT_MAX)
		return false;
	variable->size = (size_t)size;
	if (btf_is_any_enum(type) && size <= 8) {
		variable->kind = VARIABLE_ENUM;
		variable->is_signed = btf_kflag(type);
		return true;
	}
	if (btf_is_int(type) && (size == 1 || size == 2 || size == 4 || size == 8)) {
		int encoding = btf_int_encoding(type);

		variable->kind = encoding & BTF_INT_BOOL ? VARIABLE_FLAG : VARIABLE_INTEGER;
		variable->is_signed = encoding & BTF_INT_SIGNED;
		return true;
	}
	if (!btf_is_array(type))
		return false;
	element = btf__type_by_id(btf, skip_modifiers(btf, btf_array(type)->type));
	variable->kind = VARIABLE_TEXT;
	return element && btf_is_int(element) && element->size == 1;
}

/* targ_pid -> targ-pid */
static char *option_name(const char *name)
{
	char *option = strdup(name);

	for (char *at = option; at && *at; at++) {
		if (*at == '_')
			*at = '-';
	}
	return option;
}

static const char *find_help(const struct btf *btf, uint32_t variable)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *text;

		if (!type || !btf_is_decl_tag(type) || type->type != variable ||
		    btf_decl_tag(type)->component_idx != -1)
			continue;
		text = btf__name_by_offset(btf, type->name_off);
		if (text && strncmp(text, HELP_TAG, strlen(HELP_TAG)) == 0)
			return text + strlen(HELP_TAG);
	}
	return NULL;
}

/* Another object's variable of this option must be of the same type. */
static int check_same(const struct variables *variables, const struct variable *added,
		      struct reason *why)
{
	const struct variable *first = variables_find(variables, added->option);

	if (!first || (first->kind == added->kind && first->size == added->size &&
		       first->is_signed == added->is_signed))
		return 0;
	return reason_set(
		why, -EINVAL,
		"two BPF objects have a variable for --%s, of different types: rename one",
		added->option);
}

static int add(struct variables *variables, const struct bpf_map *map, size_t number,
	       const struct btf *btf, const struct btf_var_secinfo *place, struct reason *why)
{
	const struct btf_type *type = btf__type_by_id(btf, place->type);
	const char *name = type ? btf__name_by_offset(btf, type->name_off) : NULL, *help;
	struct variable added = {.object = number, .btf = btf, .offset = place->offset};
	const uint8_t *bytes;
	size_t size = 0;
	int err;

	if (!type || !btf_is_var(type) || !name || !*name || !is_const_volatile(btf, type->type))
		return 0;
	added.type = skip_modifiers(btf, type->type);
	bytes = bpf_map__initial_value((struct bpf_map *)map, &size);
	if (!find_kind(btf, &added) || !bytes || added.offset > size ||
	    added.size > size - added.offset)
		return 0;
	help = find_help(btf, place->type);
	added.name = strdup(name);
	added.option = option_name(name);
	added.map = strdup(bpf_map__name(map));
	added.help = help ? strdup(help) : NULL;
	added.value = malloc(added.size);
	if (!added.name || !added.option || !added.map || (help && !added.help) || !added.value ||
	    array_reserve(variables->list, variables->capacity, variables->count + 1))
		err = reason_errno(why, -ENOMEM, name);
	else
		err = check_same(variables, &added, why);
	if (err) {
		free(added.name);
		free(added.option);
		free(added.map);
		free(added.help);
		free(added.value);
		return err;
	}
	memcpy(added.value, bytes + added.offset, added.size);
	variables->list[variables->count++] = added;
	return 0;
}

/* The section that a map of libbpf's holds: "opensnoo.rodata" is .rodata, ".rodata.own" itself. */
static const char *section_of(const struct bpf_map *map)
{
	return strchr(bpf_map__name(map), '.');
}

static int collect_map(struct variables *variables, const struct bpf_map *map, size_t number,
		       const struct btf *btf, struct reason *why)
{
	int id = btf__find_by_name_kind(btf, section_of(map), BTF_KIND_DATASEC);
	const struct btf_type *section = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const struct btf_var_secinfo *places;
	int err = 0;

	if (!section)
		return 0;
	places = btf_var_secinfos(section);
	for (uint32_t i = 0; !err && i < btf_vlen(section); i++)
		err = add(variables, map, number, btf, &places[i], why);
	return err;
}

int variables_collect(struct variables *variables, const struct bpf_object *object, size_t number,
		      struct reason *why)
{
	const struct btf *own = bpf_object__btf(object);
	const struct bpf_map *map;
	const void *bytes;
	struct btf *btf;
	uint32_t size;
	int err = 0;

	if (!own)
		return 0;
	if (array_reserve(variables->btfs, variables->btf_capacity, variables->btf_count + 1))
		return reason_errno(why, -ENOMEM, "the BTF of a BPF object");
	bytes = btf__raw_data(own, &size);
	btf = bytes ? btf__new(bytes, size) : NULL;
	if (!btf)
		return reason_errno(why, -errno, "the BTF of a BPF object");
	variables->btfs[variables->btf_count++] = btf;
	bpf_object__for_each_map(map, object)
	{
		if (!err && bpf_map__is_internal(map) && section_of(map) &&
		    strncmp(section_of(map), ".rodata", strlen(".rodata")) == 0)
			err = collect_map(variables, map, number, btf, why);
	}
	return err;
}

int variables_set(struct variables *variables, const char *option, const char *text,
		  struct reason *why)
{
	int err = 0;

	for (size_t i = 0; !err && i < variables->count; i++) {
		if (strcmp(variables->list[i].option, option) == 0)
			err = value_parse(&variables->list[i], text, why);
	}
	return err;
}

int variables_apply(const struct variables *variables, struct bpf_object *object, size_t number,
		    struct reason *why)
{
	for (size_t i = 0; i < variables->count; i++) {
		const struct variable *variable = &variables->list[i];
		struct bpf_map *map;
		uint8_t *bytes;
		size_t size = 0;

		if (variable->object != number)
			continue;
		map = bpf_object__find_map_by_name(object, variable->map);
		/* libbpf hands out memory that may be written; so do skeletons. */
		bytes = map ? (uint8_t *)bpf_map__initial_value(map, &size) : NULL;
		if (!bytes || variable->offset + variable->size > size)
			return reason_set(why, -EINVAL, "--%s: its section is not there",
					  variable->option);
		memcpy(bytes + variable->offset, variable->value, variable->size);
	}
	return 0;
}
