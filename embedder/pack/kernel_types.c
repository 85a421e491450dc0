/* SPDX-License-Identifier: MIT */
/*
 * In: types by id. Out: their numbers in the pool, each type after those it refers to by content.
 *
 *	1. read         what is kept; each type's name to the pool; how often each type is referred
 *to
 *	2. group        types of one kind and name get their ordinals; those whose order matters
 *	                are noted
 *	3. intern       each type, with references as the pool has them
 *
 * Which order matters. A type's id is not kept, but some answers depend on which of two types comes
 * first: libbpf takes the size of a pointer from the first base type called long, and looks at
 * candidates (types with the same essential name) by their ids. So base types and types that share
 * kind and essential name keep their order among themselves.
 */
#include "embedder/pack/kernel_types.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/util/array.h"

struct named_group {
	uint64_t key;	 /* kind and essential name; 0: free */
	uint32_t newest; /* id of its type that was read last; types[].same leads to the others */
	uint32_t members;
};

struct kernel_type {
	uint32_t name;	/* in the pool */
	uint32_t users; /* references to it */
	uint32_t same;	/* the type of its group before it; 0: none */
	uint32_t ordinal;
	uint32_t slot;	 /* a reference, or TYPE_SET_NO_SLOT */
	uint32_t number; /* in the pool; 0: not yet */
	bool keeps_order;
	bool is_kept;
};

struct adding {
	struct type_pool *pool;
	const struct type_view *view;
	struct pack_kernel *kernel;
	struct reason *why;
	struct kernel_type *types; /* by id */
	uint32_t *names;	   /* by offset in the kernel's strings: + 1; 0: not seen yet */
	struct named_group *groups;
	uint32_t group_mask;
	uint32_t *words; /* of the types that are being interned, one after the other */
	size_t words_capacity;
};

static int no_room(struct adding *adding, int err)
{
	return reason_set(adding->why, err,
			  err == -EFBIG ? "its types are more than a pack has room for"
					: "out of memory");
}

/* Word @number of a type, in host byte order. */
static uint32_t word_of(const struct adding *adding, const struct btf_type *type, size_t number)
{
	return type_view_u32(adding->view, ((const uint32_t *)type)[number]);
}

/* --- 1. read ---------------------------------------------------------------------------------- */

static int read_name(struct adding *adding, uint32_t id, uint32_t offset, uint32_t *ret_name)
{
	const char *text = type_view_string(adding->view, offset);
	uint32_t name;
	int err;

	if (!text)
		return reason_set(adding->why, -EBADMSG,
				  "type [%u]: string offset %u is past the end (%u)", id, offset,
				  adding->view->strings_size);
	if (!adding->names[offset]) {
		err = type_pool_string(adding->pool, text, strlen(text), &name);
		if (err)
			return no_room(adding, err);
		adding->names[offset] = name + 1;
	}
	*ret_name = adding->names[offset] - 1;
	return 0;
}

/* What a relocation can ask for has a name, and is none of the kinds that no relocation finds. */
static bool can_be_asked_for(const struct adding *adding, uint32_t id)
{
	const struct btf_type *type = type_view_type(adding->view, id);
	uint32_t kind = type_view_kind(adding->view, type);

	return kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT ||
	       (word_roles_know(kind) &&
		type_set_has_slot(kind, type_view_name_offset(adding->view, type)));
}

static int keep(struct adding *adding, uint32_t id, uint32_t *count)
{
	if (!id || id >= adding->view->type_count || adding->types[id].is_kept)
		return 0;
	if (array_reserve(adding->words, adding->words_capacity, (size_t)*count + 1))
		return no_room(adding, -ENOMEM);
	adding->types[id].is_kept = true;
	adding->words[(*count)++] = id;
	return 0;
}

/* With types_only: what can be asked for, and all that it refers to. */
static int keep_reached(struct adding *adding)
{
	uint32_t count = 0;
	int err = 0;

	for (uint32_t id = 1; !err && id < adding->view->type_count; id++)
		if (can_be_asked_for(adding, id))
			err = keep(adding, id, &count);
	while (!err && count) {
		const struct btf_type *type = type_view_type(adding->view, adding->words[--count]);
		uint32_t info = type_view_u32(adding->view, type->info);
		size_t words = word_roles_know(WORD_KIND(info)) ? word_count(info) : 0;

		for (size_t i = 2; !err && i < words; i++)
			if (word_role(&word_roles[WORD_KIND(info)], i) == WORD_REFERENCE)
				err = keep(adding, word_of(adding, type, i), &count);
	}
	return err;
}

static int read_type(struct adding *adding, uint32_t id)
{
	const struct btf_type *type = type_view_type(adding->view, id);
	uint32_t info = type_view_u32(adding->view, type->info), kind = WORD_KIND(info);
	const struct word_roles *roles = &word_roles[kind];
	size_t count;

	if (!word_roles_know(kind))
		return reason_set(adding->why, -EOPNOTSUPP,
				  "type [%u]: kind %u is newer than this corebtf, which cannot "
				  "pack it; use a newer one",
				  id, kind);
	if (!adding->types[id].is_kept)
		return 0;
	count = word_count(info);
	for (size_t i = 2; i < count; i++) {
		uint32_t target;

		if (word_role(roles, i) != WORD_REFERENCE)
			continue;
		target = word_of(adding, type, i);
		if (target >= adding->view->type_count)
			return reason_set(adding->why, -EBADMSG,
					  "type [%u]: it refers to type [%u], and there are %u", id,
					  target, adding->view->type_count - 1);
		adding->types[target].users++;
	}
	return read_name(adding, id, word_of(adding, type, 0), &adding->types[id].name);
}

/* --- 2. group --------------------------------------------------------------------------------- */

/* The essential name, as one of the pool; libbpf looks for ENUMs and ENUM64s by one name. */
static int group_key(struct adding *adding, uint32_t id, uint32_t kind, uint64_t *ret_key)
{
	uint32_t name = adding->types[id].name;
	const char *text = type_set_string(&adding->pool->set, name);
	int err;

	if (strstr(text, "___")) {
		err = type_pool_string(adding->pool, text,
				       type_view_essential_length(text, strlen(text)), &name);
		if (err)
			return no_room(adding, err);
	}
	*ret_key = (uint64_t)(kind == TYPE_VIEW_KIND_ENUM64 ? BTF_KIND_ENUM : kind) << 32 | name;
	return 0;
}

static struct named_group *find_group(const struct adding *adding, uint64_t key)
{
	uint32_t place = (uint32_t)(digest_add(0, key) >> 8) & adding->group_mask;

	while (adding->groups[place].key && adding->groups[place].key != key)
		place = (place + 1) & adding->group_mask;
	return &adding->groups[place];
}

static int group_type(struct adding *adding, uint32_t id)
{
	uint32_t kind = type_view_kind(adding->view, type_view_type(adding->view, id));
	struct kernel_type *type = &adding->types[id];
	struct named_group *group;
	uint64_t key = 0;
	int err;

	type->slot = TYPE_SET_NO_SLOT;
	if (!type->is_kept)
		return 0;
	if (kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT)
		type->keeps_order = true;
	if (!type_set_has_slot(kind, type->name))
		return 0;
	err = group_key(adding, id, kind, &key);
	if (err)
		return err;
	group = find_group(adding, key);
	group->key = key;
	type->same = group->newest;
	group->newest = id;
	group->members++;
	return 0;
}

/* Whether type @a comes before @b among those of one kind and name. */
static bool comes_first(const struct adding *adding, uint32_t a, uint32_t b)
{
	uint32_t a_users = adding->types[a].users, b_users = adding->types[b].users;

	return a_users != b_users ? a_users > b_users : a < b;
}

static bool is_same(const struct adding *adding, uint32_t a, uint32_t b)
{
	return adding->types[a].name == adding->types[b].name &&
	       type_view_kind(adding->view, type_view_type(adding->view, a)) ==
		       type_view_kind(adding->view, type_view_type(adding->view, b));
}

/* How many types of one name and kind are counted; a kernel has at most some ten of one. */
#define SAME_MAX 1000

static int number_group(struct adding *adding, const struct named_group *group)
{
	if (group->members < 2)
		return 0;
	if (group->members > SAME_MAX)
		return reason_set(adding->why, -EBADMSG,
				  "type [%u]: more than %u types with this name; no real kernel "
				  "has so many",
				  group->newest, SAME_MAX);
	for (uint32_t id = group->newest; id; id = adding->types[id].same) {
		adding->types[id].keeps_order = true;
		for (uint32_t other = group->newest; other; other = adding->types[other].same)
			adding->types[id].ordinal +=
				is_same(adding, id, other) && comes_first(adding, other, id);
	}
	return 0;
}

static int group_types(struct adding *adding)
{
	uint32_t count = adding->view->type_count;
	int err = 0;

	for (uint32_t id = 1; !err && id < count; id++)
		err = group_type(adding, id);
	for (uint32_t i = 0; !err && i <= adding->group_mask; i++)
		err = number_group(adding, &adding->groups[i]);
	for (uint32_t id = 1; !err && id < count; id++) {
		struct kernel_type *type = &adding->types[id];
		uint32_t kind = type_view_kind(adding->view, type_view_type(adding->view, id));

		if (!type->is_kept || !type_set_has_slot(kind, type->name))
			continue;
		err = type_pool_slot(adding->pool, kind, type->name, type->ordinal, &type->slot);
		if (err)
			return no_room(adding, err);
	}
	return err;
}

/* --- 3. intern -------------------------------------------------------------------------------- */

/* Finds or adds a type whose words are ready. A type without a slot that the kernel has already
 * gets the next ordinal. */
static int place_type(struct adding *adding, uint32_t id, const uint32_t *words)
{
	struct kernel_type *type = &adding->types[id];
	int err;

	do {
		err = type_pool_type(adding->pool, words, type->ordinal, type->slot, &type->number);
		if (err)
			return no_room(adding, err);
		if (!pack_kernel_has(adding->kernel, type->number))
			return pack_kernel_set(adding->kernel, type->number)
				       ? no_room(adding, -ENOMEM)
				       : 0;
	} while (++type->ordinal < SAME_MAX);
	return reason_set(adding->why, -EBADMSG,
			  "type [%u]: %u types are equal to it; no real kernel has so many", id,
			  SAME_MAX);
}

/* @used: words of the types that wait for this one. */
static int intern_type(struct adding *adding, uint32_t id, size_t used, unsigned int depth)
{
	const struct btf_type *type = type_view_type(adding->view, id);
	uint32_t info = word_of(adding, type, 1);
	const struct word_roles *roles = &word_roles[WORD_KIND(info)];
	size_t count = word_count(info);

	if (depth > TYPE_SET_DEPTH_MAX)
		return reason_set(adding->why, -EBADMSG,
				  "type [%u]: references lead in a circle, or deeper than %u types",
				  id, TYPE_SET_DEPTH_MAX);
	if (array_reserve(adding->words, adding->words_capacity, used + count))
		return no_room(adding, -ENOMEM);
	for (size_t i = 0; i < count; i++) {
		uint32_t word = word_of(adding, type, i);
		char role = word_role(roles, i);
		int err = 0;

		if (role == WORD_NAME) {
			err = read_name(adding, id, word, &word);
		} else if (role == WORD_REFERENCE && word) {
			struct kernel_type *target = &adding->types[word];

			if (target->slot == TYPE_SET_NO_SLOT && !target->number)
				err = intern_type(adding, word, used + count, depth + 1);
			word = target->slot != TYPE_SET_NO_SLOT ? target->slot : target->number;
		}
		if (err)
			return err;
		adding->words[used + i] = word; /* the array may have moved */
	}
	return place_type(adding, id, adding->words + used);
}

static int intern_types(struct adding *adding)
{
	struct pack_kernel *kernel = adding->kernel;
	uint32_t count = adding->view->type_count, capacity = kernel->first_count;
	int err = 0;

	for (uint32_t id = 1; !err && id < count; id++)
		if (!adding->types[id].number && adding->types[id].is_kept)
			err = intern_type(adding, id, 0, 0);
	for (uint32_t id = 1; !err && id < count; id++) {
		if (!adding->types[id].keeps_order || !adding->types[id].number)
			continue;
		if (array_reserve(kernel->first, capacity, (size_t)kernel->first_count + 1))
			return no_room(adding, -ENOMEM);
		kernel->first[kernel->first_count++] = adding->types[id].number;
	}
	return err;
}

/* ---------------------------------------------------------------------------------------------- */

static int add_types(struct adding *adding)
{
	uint32_t count = adding->view->type_count;
	int err = adding->kernel->types_only ? keep_reached(adding) : 0;

	for (uint32_t id = 1; id < count; id++)
		adding->types[id].is_kept |= !adding->kernel->types_only;
	for (uint32_t id = 1; !err && id < count; id++)
		err = read_type(adding, id);
	if (!err)
		err = group_types(adding);
	if (!err)
		err = intern_types(adding);
	if (!err)
		pack_kernel_finish(adding->kernel, adding->pool->digests);
	return err;
}

int kernel_types_add(struct type_pool *pool, struct type_source *source, struct pack_kernel *kernel,
		     struct reason *why)
{
	struct adding adding = {.pool = pool, .kernel = kernel, .why = why};
	int err = source->find(source, NULL, NULL, NULL, why);

	if (err)
		return err;
	adding.view = &source->view;
	adding.kernel->is_big_endian =
		adding.view->swapped != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	for (adding.group_mask = 1023; adding.group_mask < adding.view->type_count;)
		adding.group_mask = adding.group_mask * 2 + 1;
	adding.types = calloc(adding.view->type_count, sizeof(*adding.types));
	adding.names = calloc(adding.view->strings_size, sizeof(*adding.names));
	adding.groups = calloc((size_t)adding.group_mask + 1, sizeof(*adding.groups));
	err = adding.types && adding.names && adding.groups ? add_types(&adding)
							    : no_room(&adding, -ENOMEM);
	free(adding.types);
	free(adding.names);
	free(adding.groups);
	free(adding.words);
	return err;
}
