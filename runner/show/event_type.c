/* SPDX-License-Identifier: MIT */
/*
 * In: an opened BPF object. Out: the type of a buffer's events.
 */
#include "runner/show/event_type.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>

#define MODIFIERS_MAX 32

static const struct btf_type *skip_modifiers(const struct btf *btf, uint32_t *id)
{
	for (int i = 0; i < MODIFIERS_MAX; i++) {
		const struct btf_type *type = btf__type_by_id(btf, *id);

		if (!type || (!btf_is_mod(type) && !btf_is_typedef(type)))
			return type;
		*id = type->type;
	}
	return NULL;
}

/* "struct event", "union u", or a name alone: a struct before a union before a typedef. */
int event_type_find_name(const struct btf *btf, const char *name, uint32_t *ret_type,
			 struct reason *why)
{
	static const struct {
		const char *word;
		uint32_t kind;
	} kinds[] = {
		{"struct ", BTF_KIND_STRUCT}, {"union ", BTF_KIND_UNION}, {"", BTF_KIND_TYPEDEF}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t length = strlen(kinds[i].word);
		bool has_word = length && strncmp(name, kinds[i].word, length) == 0;
		int32_t id =
			btf__find_by_name_kind(btf, has_word ? name + length : name, kinds[i].kind);

		if (id > 0) {
			*ret_type = (uint32_t)id;
			return 0;
		}
		if (has_word)
			break;
	}
	return reason_set(why, -ENOENT,
			  "the object's BTF has no type \"%s\"; bpftool btf dump file OBJECT lists "
			  "those it has",
			  name);
}

/* A perf buffer's value is an int, whatever events it carries. */
static uint32_t value_type(const struct btf *btf, const struct bpf_map *map)
{
	uint32_t id = bpf_map__btf_value_type_id(map), resolved = id;
	const struct btf_type *type = id ? skip_modifiers(btf, &resolved) : NULL;

	if (!type || (bpf_map__type(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY && btf_is_int(type)))
		return 0;
	return id;
}

/* The type that a global `const struct event *NAME` points to; 0: this is no such variable. */
static uint32_t pointed_type(const struct btf *btf, uint32_t id, const char **ret_name)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	uint32_t pointed;

	if (!type || !btf_is_var(type))
		return 0;
	*ret_name = btf__name_by_offset(btf, type->name_off);
	if (!*ret_name || strncmp(*ret_name, "unused", 6) != 0)
		return 0;
	pointed = type->type;
	type = skip_modifiers(btf, &pointed);
	if (!type || !btf_is_ptr(type))
		return 0;
	pointed = type->type;
	type = skip_modifiers(btf, &pointed);
	return type && btf_is_composite(type) ? pointed : 0;
}

static uint32_t unused_type(const struct btf *btf, const struct bpf_map *map, struct reason *why)
{
	uint32_t count = btf__type_cnt(btf), plain = 0, only = 0;
	bool differ = false;
	char own[128];

	snprintf(own, sizeof(own), "unused_%s", bpf_map__name(map));
	for (uint32_t id = 1; id < count; id++) {
		const char *name = NULL;
		uint32_t type = pointed_type(btf, id, &name);

		if (!type)
			continue;
		if (strcmp(name, own) == 0)
			return type;
		if (strcmp(name, "unused") == 0)
			plain = type;
		differ |= only && only != type;
		only = type;
	}
	if (plain || (only && !differ))
		return plain ? plain : only;
	reason_set(why, 0,
		   differ ? "several types have a global pointer unused...; --event %s=TYPE "
			    "chooses one"
			  : "nothing says which type its events have; --event %s=TYPE names it",
		   bpf_map__name(map));
	return 0;
}

int event_type_find(const struct bpf_object *object, const struct bpf_map *map, const char *chosen,
		    uint32_t *ret_type, struct reason *why)
{
	const struct btf *btf = bpf_object__btf(object);
	uint32_t type;

	if (!btf)
		return reason_set(why, -ENODATA, "the object has no BTF; clang -g makes it");
	if (chosen)
		return event_type_find_name(btf, chosen, ret_type, why);
	type = value_type(btf, map);
	*ret_type = type ? type : unused_type(btf, map, why);
	return 0;
}

int event_type_release(struct bpf_map *map)
{
	if (bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF || !bpf_map__value_size(map))
		return 0;
	return bpf_map__set_value_size(map, 0);
}
