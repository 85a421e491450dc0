/* SPDX-License-Identifier: MIT */
/*
 * In: types by id. Out: their numbers in the pool.
 *
 *	1. name     types with a name that are referred to by it get their slots; which share a name
 *	2. measure  what is referred to; how deep each type's references by content lead
 *	3. rank     types that share a name get their ordinals
 *	4. intern   each type, those of least depth first, so that all that a type refers to by
 *	            content comes before it
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

struct shared_type {
	uint32_t slot, users, id;
};

struct adding {
	struct type_pool *pool;
	const struct type_view *view;
	struct pack_kernel *kernel;
	struct reason *why;

	/* By id. */
	uint32_t
		*references; /* in the pool: its slot, or its number once it is interned; 0: none */
	uint32_t *users;     /* of a type that shares its name: how many refer to it */
	uint8_t *depths;     /* 1: it refers to nothing by content; 0: not known yet */
	uint8_t *flags;

	uint32_t *names; /* by offset in the kernel's strings: + 1; 0: not seen yet */
	uint32_t
		*group_ids; /* by slot: the first id of the group that it stands for; 0: none yet */
	uint32_t group_capacity;
	uint32_t *ids; /* a list */
	uint32_t *words;
	size_t words_capacity;
};

/* Of a type. */
#define IS_KEPT	    1
#define KEEPS_ORDER 2 /* it is one of kernel->first[] */
#define IS_SHARED   4 /* another type of its group is there */

static int no_room(struct adding *adding, int err)
{
	return reason_set(adding->why, err,
			  err == -EFBIG ? "its types are more than a pack has room for"
					: "out of memory");
}

/* The words of a type, in the kernel's byte order. */
static const uint32_t *words_of(const struct adding *adding, uint32_t id)
{
	return (const uint32_t *)type_view_type(adding->view, id);
}

static uint32_t info_of(const struct adding *adding, uint32_t id)
{
	return type_view_u32(adding->view, words_of(adding, id)[1]);
}

/* --- what is kept ----------------------------------------------------------------------------- */

/* What a relocation can ask for has a name, and is none of the kinds that no relocation finds. */
static bool can_be_asked_for(const struct adding *adding, uint32_t id)
{
	uint32_t kind = WORD_KIND(info_of(adding, id));

	return kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT ||
	       (word_roles_know(kind) && type_set_has_slot(kind, words_of(adding, id)[0]));
}

static void keep(struct adding *adding, uint32_t id, uint32_t *count)
{
	if (!id || id >= adding->view->type_count || adding->flags[id] & IS_KEPT)
		return;
	adding->flags[id] |= IS_KEPT;
	adding->ids[(*count)++] = id;
}

/* With types_only: what can be asked for, and all that it refers to. */
static void keep_reached(struct adding *adding)
{
	uint32_t count = 0;

	for (uint32_t id = 1; id < adding->view->type_count; id++)
		if (can_be_asked_for(adding, id))
			keep(adding, id, &count);
	while (count) {
		const uint32_t *words = words_of(adding, adding->ids[--count]);
		uint32_t info = type_view_u32(adding->view, words[1]);
		const struct word_roles *roles = &word_roles[WORD_KIND(info)];
		const char *role = roles->head;
		size_t words_count = word_roles_know(WORD_KIND(info)) ? word_count(info) : 0;

		for (size_t i = 0; i < words_count; i++, role = word_next_role(roles, role))
			if (*role == WORD_REFERENCE)
				keep(adding, type_view_u32(adding->view, words[i]), &count);
	}
}

/* --- 1. name ---------------------------------------------------------------------------------- */

static int read_name(struct adding *adding, uint32_t id, uint32_t offset, uint32_t *ret_name)
{
	const char *text = type_view_string(adding->view, offset);
	int err;

	if (!text)
		return reason_set(adding->why, -EBADMSG,
				  "type [%u]: string offset %u is past the end (%u)", id, offset,
				  adding->view->strings_size);
	err = type_pool_string(adding->pool, text, ret_name);
	if (err)
		return no_room(adding, err);
	adding->names[offset / 4] = *ret_name << 2 | (offset & 3);
	return 0;
}

/*
 * A name as one of the pool. Names that were seen are in names[], in 30 bits, by their offsets in
 * the kernel's strings: of four offsets the last one, whose lowest bits are beside the name. An
 * array with room for all offsets would be too large for the processor's caches.
 */
static inline int find_name(struct adding *adding, uint32_t id, uint32_t offset, uint32_t *ret_name)
{
	uint32_t seen = offset < adding->view->strings_size ? adding->names[offset / 4] : 0;

	*ret_name = seen >> 2;
	if (seen && (seen & 3) == (offset & 3))
		return 0;
	*ret_name = 0;
	return offset || *adding->view->strings ? read_name(adding, id, offset, ret_name) : 0;
}

/* Notes which types are of one kind and essential name. */
static int group_type(struct adding *adding, uint32_t id)
{
	const struct type_set *set = &adding->pool->set;
	uint32_t old = adding->group_capacity, group, *first;
	int err = type_pool_group(adding->pool, adding->references[id], &group);

	if (!err)
		err = array_reserve(adding->group_ids, adding->group_capacity, set->slot_count);
	if (err)
		return no_room(adding, err);
	memset(adding->group_ids + old, 0,
	       (size_t)(adding->group_capacity - old) * sizeof(*adding->group_ids));
	first = &adding->group_ids[group - set->slot_base];
	if (*first) {
		adding->flags[*first] |= IS_SHARED | KEEPS_ORDER;
		adding->flags[id] |= IS_SHARED | KEEPS_ORDER;
	} else {
		*first = id;
	}
	return 0;
}

static int name_type(struct adding *adding, uint32_t id)
{
	const uint32_t *words = words_of(adding, id);
	uint32_t kind = WORD_KIND(type_view_u32(adding->view, words[1])), name;
	int err;

	if (!word_roles_know(kind))
		return reason_set(adding->why, -EOPNOTSUPP,
				  "type [%u]: kind %u is newer than this corebtf, which cannot "
				  "pack it; use a newer one",
				  id, kind);
	if (!(adding->flags[id] & IS_KEPT))
		return 0;
	if (kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT)
		adding->flags[id] |= KEEPS_ORDER;
	if (!word_roles[kind].has_slots)
		return 0;
	err = find_name(adding, id, type_view_u32(adding->view, words[0]), &name);
	if (err || !name)
		return err;
	err = type_pool_slot(adding->pool, kind, name, 0, &adding->references[id]);
	return err ? no_room(adding, err) : group_type(adding, id);
}

/* --- 2. measure ------------------------------------------------------------------------------- */

/* Sets the depth of a type, and of all that it refers to by content. */
static int measure(struct adding *adding, uint32_t id, unsigned int above)
{
	const uint32_t *words = words_of(adding, id);
	uint32_t info = type_view_u32(adding->view, words[1]);
	const struct word_roles *roles = &word_roles[WORD_KIND(info)];
	const char *role = roles->head;
	size_t count = word_count(info);
	unsigned int depth = 0;

	if (above > TYPE_SET_DEPTH_MAX)
		return reason_set(adding->why, -EBADMSG,
				  "type [%u]: references lead in a circle, or deeper than %u types",
				  id, TYPE_SET_DEPTH_MAX);
	for (size_t i = 0; i < count; i++, role = word_next_role(roles, role)) {
		uint32_t target;

		if (*role != WORD_REFERENCE)
			continue;
		target = type_view_u32(adding->view, words[i]);
		if (target >= adding->view->type_count)
			return reason_set(adding->why, -EBADMSG,
					  "type [%u]: it refers to type [%u], and there are %u", id,
					  target, adding->view->type_count - 1);
		if (adding->flags[target] & IS_SHARED)
			adding->users[target]++;
		if (!target || adding->references[target])
			continue;
		if (!adding->depths[target]) {
			int err = measure(adding, target, above + 1);

			if (err)
				return err;
		}
		if (adding->depths[target] > depth)
			depth = adding->depths[target];
	}
	if (depth > TYPE_SET_DEPTH_MAX)
		return reason_set(adding->why, -EBADMSG,
				  "type [%u]: references lead deeper than %u types", id,
				  TYPE_SET_DEPTH_MAX);
	adding->depths[id] = (uint8_t)(depth + 1);
	return 0;
}

/* --- 3. rank ---------------------------------------------------------------------------------- */

static int compare_shared(const void *a, const void *b)
{
	const struct shared_type *x = a, *y = b;

	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	if (x->users != y->users)
		return x->users > y->users ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

/* Of the types in one slot, all but the one with the most users move to other slots. */
static int rank_shared(struct adding *adding)
{
	const struct type_set *set = &adding->pool->set;
	struct shared_type *shared;
	uint32_t count = 0, ordinal = 0;
	int err = 0;

	for (uint32_t id = 1; id < adding->view->type_count; id++)
		count += !!(adding->flags[id] & IS_SHARED);
	shared = malloc(((size_t)count + 1) * sizeof(*shared));
	if (!shared)
		return no_room(adding, -ENOMEM);
	count = 0;
	for (uint32_t id = 1; id < adding->view->type_count; id++)
		if (adding->flags[id] & IS_SHARED)
			shared[count++] =
				(struct shared_type){adding->references[id], adding->users[id], id};
	qsort(shared, count, sizeof(*shared), compare_shared);
	for (uint32_t i = 1; !err && i < count; i++) {
		struct type_slot slot = set->slots[shared[i].slot - set->slot_base];

		ordinal = shared[i].slot == shared[i - 1].slot ? ordinal + 1 : 0;
		if (ordinal)
			err = type_pool_slot(adding->pool, slot.kind, slot.name, ordinal,
					     &adding->references[shared[i].id]);
	}
	free(shared);
	return err ? no_room(adding, err) : 0;
}

/* --- 4. intern -------------------------------------------------------------------------------- */

/* How many types of one content are counted; a kernel has at most three. */
#define SAME_MAX 1000

/* A type without a slot that the kernel has already gets the next ordinal. */
static int place_type(struct adding *adding, uint32_t id, uint32_t *ret_number)
{
	const struct type_set *set = &adding->pool->set;
	uint32_t slot = adding->references[id] ? adding->references[id] : TYPE_SET_NO_SLOT;
	uint32_t ordinal = slot == TYPE_SET_NO_SLOT ? 0 : set->slots[slot - set->slot_base].ordinal;
	int err;

	do {
		err = type_pool_type(adding->pool, adding->words, ordinal, slot, ret_number);
		if (err)
			return no_room(adding, err);
		if (!pack_kernel_has(adding->kernel, *ret_number))
			return pack_kernel_set(adding->kernel, *ret_number)
				       ? no_room(adding, -ENOMEM)
				       : 0;
	} while (++ordinal < SAME_MAX);
	return reason_set(adding->why, -EBADMSG,
			  "type [%u]: %u types are equal to it; no real kernel has so many", id,
			  SAME_MAX);
}

static int intern_type(struct adding *adding, uint32_t id)
{
	const uint32_t *words = words_of(adding, id);
	uint32_t info = type_view_u32(adding->view, words[1]), number;
	const struct word_roles *roles = &word_roles[WORD_KIND(info)];
	const char *role = roles->head;
	size_t count = word_count(info);
	int err;

	if (array_reserve(adding->words, adding->words_capacity, count))
		return no_room(adding, -ENOMEM);
	for (size_t i = 0; i < count; i++, role = word_next_role(roles, role)) {
		uint32_t word = type_view_u32(adding->view, words[i]);

		if (*role == WORD_REFERENCE) {
			word = word ? adding->references[word] : 0;
		} else if (*role == WORD_NAME) {
			err = find_name(adding, id, word, &word);
			if (err)
				return err;
		}
		adding->words[i] = word;
	}
	err = place_type(adding, id, &number);
	if (err)
		return err;
	if (!adding->references[id])
		adding->references[id] = number;
	/* From now on users[] has the numbers of these. */
	adding->users[id] = number;
	return 0;
}

/* The ids of what is kept, by depth; equal types are of equal depth, so the first of them has
 * ordinal 0. */
static uint32_t sort_by_depth(struct adding *adding)
{
	uint32_t starts[TYPE_SET_DEPTH_MAX + 3] = {0};

	for (uint32_t id = 1; id < adding->view->type_count; id++)
		starts[adding->depths[id] + 1]++;
	starts[1] = 0; /* those of depth 0 are not kept */
	for (unsigned int depth = 1; depth < TYPE_SET_DEPTH_MAX + 2; depth++)
		starts[depth + 1] += starts[depth];
	for (uint32_t id = 1; id < adding->view->type_count; id++)
		if (adding->depths[id])
			adding->ids[starts[adding->depths[id]]++] = id;
	return starts[TYPE_SET_DEPTH_MAX + 2];
}

/* Memory is slow beside what is done for a type: what a later type needs first is asked for now. */
#define AHEAD 4

static inline void fetch_ahead(const struct adding *adding, uint32_t id)
{
	const uint32_t *words = words_of(adding, id);
	uint32_t offset = type_view_u32(adding->view, words[0]);

	if (offset < adding->view->strings_size)
		__builtin_prefetch(&adding->names[offset / 4]);
}

static int intern_types(struct adding *adding)
{
	struct pack_kernel *kernel = adding->kernel;
	uint32_t count = sort_by_depth(adding), capacity = 0;
	int err = 0;

	for (uint32_t i = 0; !err && i < count; i++) {
		if (i + AHEAD < count)
			fetch_ahead(adding, adding->ids[i + AHEAD]);
		err = intern_type(adding, adding->ids[i]);
	}
	for (uint32_t id = 1; !err && id < adding->view->type_count; id++) {
		if (!(adding->flags[id] & KEEPS_ORDER))
			continue;
		if (array_reserve(kernel->first, capacity, (size_t)kernel->first_count + 1))
			return no_room(adding, -ENOMEM);
		kernel->first[kernel->first_count++] = adding->users[id];
	}
	return err;
}

/* ---------------------------------------------------------------------------------------------- */

static int add_types(struct adding *adding)
{
	uint32_t count = adding->view->type_count;
	int err = 0;

	if (adding->kernel->types_only)
		keep_reached(adding);
	else
		memset(adding->flags, IS_KEPT, count);
	for (uint32_t id = 1; !err && id < count; id++)
		err = name_type(adding, id);
	for (uint32_t id = 1; !err && id < count; id++)
		if (!adding->depths[id] && adding->flags[id] & IS_KEPT)
			err = measure(adding, id, 0);
	if (!err)
		err = rank_shared(adding);
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
	size_t count;

	if (err)
		return err;
	adding.view = &source->view;
	count = adding.view->type_count;
	adding.kernel->is_big_endian =
		adding.view->swapped != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	adding.references = calloc(count, sizeof(*adding.references));
	adding.users = calloc(count, sizeof(*adding.users));
	adding.depths = calloc(count, sizeof(*adding.depths));
	adding.flags = calloc(count, sizeof(*adding.flags));
	adding.ids = malloc(count * sizeof(*adding.ids));
	adding.names = calloc((size_t)adding.view->strings_size / 4 + 1, sizeof(*adding.names));
	err = adding.references && adding.users && adding.depths && adding.flags && adding.ids &&
			      adding.names
		      ? add_types(&adding)
		      : no_room(&adding, -ENOMEM);
	free(adding.references);
	free(adding.users);
	free(adding.depths);
	free(adding.flags);
	free(adding.ids);
	free(adding.names);
	free(adding.group_ids);
	free(adding.words);
	return err;
}
