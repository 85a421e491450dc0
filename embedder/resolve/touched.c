/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "embedder/resolve/touched.h"
#include "embedder/util/cleanup.h"

void touched_free(struct touched *touched)
{
	free(touched->numbers);
	free(touched->types);
	free(touched->words);
	*touched = (struct touched){0};
}

int touched_reset(struct touched *touched, const struct btf_view *btf, struct reason *why)
{
	/* Clearing what was set is cheaper than clearing a word for each type of the kernel. */
	for (uint32_t i = 0; i < touched->count; i++)
		touched->numbers[touched->types[i].id] = 0;
	touched->count = 0;
	touched->word_count = 0;
	touched->btf = btf;
	touched->why = why;
	if (btf->type_count > touched->numbers_capacity) {
		uint32_t *numbers = calloc(btf->type_count, sizeof(*numbers));

		if (!numbers)
			return reason_set(why, -ENOMEM, "out of memory");
		free(touched->numbers);
		touched->numbers = numbers;
		touched->numbers_capacity = btf->type_count;
	}
	return 0;
}

static int add(struct touched *touched, uint32_t id)
{
	if (touched->count == touched->capacity) {
		uint32_t capacity = touched->capacity ? touched->capacity * 2 : 1024;
		struct touched_type *types;

		types = reallocarray(touched->types, capacity, sizeof(*types));
		if (!types)
			return reason_set(touched->why, -ENOMEM, "out of memory");
		touched->types = types;
		touched->capacity = capacity;
	}
	touched->types[touched->count++] = (struct touched_type){id, 0, 0, TOUCHED_NO_BITS};
	touched->numbers[id] = touched->count;
	return 0;
}

static int out_of_range(struct touched *touched, uint32_t id)
{
	return reason_set(touched->why, -EBADMSG, "type [%u] is referred to, but there are only %u",
			  id, touched->btf->type_count - 1);
}

int touched_type(struct touched *touched, uint32_t id)
{
	const struct btf_view *btf = touched->btf;
	int err;

	/* A type that was touched before has its chain behind it, so a cycle ends here. */
	while (id && (id >= btf->type_count || !touched->numbers[id])) {
		const struct btf_type *type = btf_view_type(btf, id);

		if (!type)
			return out_of_range(touched, id);
		err = add(touched, id);
		if (err)
			return err;
		switch (btf_view_kind(btf, type)) {
		case BTF_KIND_INT:
		case BTF_KIND_FLOAT:
		case BTF_KIND_PTR:
		case BTF_KIND_FWD:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_VIEW_KIND_ENUM64:
		case BTF_KIND_FUNC_PROTO:
			return 0;
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_VIEW_KIND_TYPE_TAG:
			id = btf_view_target(btf, type);
			break;
		case BTF_KIND_ARRAY:
			err = touched_type(touched,
					   btf_view_u32(btf, btf_view_array(type)->index_type));
			if (err)
				return err;
			id = btf_view_u32(btf, btf_view_array(type)->type);
			break;
		default:
			return reason_set(touched->why, -EOPNOTSUPP,
					  "type [%u] is needed, but a %s (kind %u) is nothing that "
					  "a relocation can ask for",
					  id, btf_view_kind_name(btf_view_kind(btf, type)),
					  btf_view_kind(btf, type));
		}
	}
	return 0;
}

/* The entry of @id, touched now or before, with room for its bits. */
static int type_with_bits(struct touched *touched, uint32_t id, struct touched_type **ret)
{
	const struct btf_type *type = btf_view_type(touched->btf, id);
	struct touched_type *entry;
	size_t words;
	int err;

	if (!type)
		return out_of_range(touched, id);
	err = touched_type(touched, id);
	if (err)
		return err;
	entry = &touched->types[touched->numbers[id] - 1];
	if (entry->bits == TOUCHED_NO_BITS) {
		words = (btf_view_vlen(touched->btf, type) + 63) / 64;
		if (touched->word_count + words > touched->word_capacity) {
			size_t capacity = touched->word_capacity ? touched->word_capacity : 1024;
			uint64_t *grown;

			while (capacity < touched->word_count + words)
				capacity *= 2;
			grown = reallocarray(touched->words, capacity, sizeof(*grown));
			if (!grown)
				return reason_set(touched->why, -ENOMEM, "out of memory");
			touched->words = grown;
			touched->word_capacity = capacity;
		}
		if (words)
			memset(touched->words + touched->word_count, 0, words * sizeof(uint64_t));
		entry->bits = touched->word_count;
		touched->word_count += words;
	}
	*ret = entry;
	return 0;
}

/*
 * A zero-length array at the end of a struct may be indexed (it is flexible), elsewhere it may
 * not. Dropping the members behind one must not make it the last, so the last one stays too.
 */
static int keep_inflexible(struct touched *touched, uint32_t id, uint32_t member_type,
			   uint32_t number)
{
	const struct btf_view *btf = touched->btf;
	uint32_t last = btf_view_vlen(btf, btf_view_type(btf, id)) - 1;
	const struct btf_type *type;

	if (number == last)
		return 0;
	type = btf_view_strip(btf, &member_type);
	if (!type || btf_view_kind(btf, type) != BTF_KIND_ARRAY || btf_view_elements(btf, type))
		return 0;
	return touched_part(touched, id, last);
}

int touched_part(struct touched *touched, uint32_t id, uint32_t number)
{
	const struct btf_type *type;
	struct touched_type *entry;
	uint32_t member_type;
	uint64_t bit = UINT64_C(1) << (number % 64);
	uint64_t *word;
	int err;

	err = type_with_bits(touched, id, &entry);
	if (err)
		return err;
	word = &touched->words[entry->bits + number / 64];
	if (*word & bit)
		return 0;
	*word |= bit;
	entry->parts++;
	type = btf_view_type(touched->btf, id);
	if (!btf_view_is_composite(btf_view_kind(touched->btf, type)))
		return 0;
	member_type = btf_view_u32(touched->btf, btf_view_members(type)[number].type);
	err = touched_type(touched, member_type);
	return err ? err : keep_inflexible(touched, id, member_type, number);
}

int touched_at_least(struct touched *touched, uint32_t id, uint32_t count)
{
	struct touched_type *entry;
	int err;

	err = type_with_bits(touched, id, &entry);
	if (!err && entry->at_least < count)
		entry->at_least = count;
	return err;
}

int touched_fill(struct touched *touched)
{
	/* Filling touches the members' types, which go to the end of the list and ask for
	 * nothing themselves. */
	for (uint32_t i = 0; i < touched->count; i++) {
		uint32_t id = touched->types[i].id;
		uint32_t parts = btf_view_vlen(touched->btf, btf_view_type(touched->btf, id));

		if (touched->types[i].parts >= touched->types[i].at_least)
			continue;
		for (uint32_t part = 0; part < parts; part++) {
			int err;

			if (touched->types[i].parts >= touched->types[i].at_least)
				break;
			err = touched_part(touched, id, part);
			if (err)
				return err;
		}
	}
	return 0;
}

/* Puts the touched ones of @ids, in their order, into the places that they hold together. */
static int give_places(struct touched *touched, const uint32_t *ids, size_t count,
		       const uint32_t *places, size_t used)
{
	_cleanup_free_ struct touched_type *entries = malloc(used * sizeof(*entries));
	size_t next = 0;

	if (!entries)
		return reason_set(touched->why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		if (touched->numbers[ids[i]])
			entries[next++] = touched->types[touched->numbers[ids[i]] - 1];
	for (size_t i = 0; i < used; i++) {
		touched->types[places[i] - 1] = entries[i];
		touched->numbers[entries[i].id] = places[i];
	}
	return 0;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

int touched_keep_order(struct touched *touched, const uint32_t *ids, size_t count)
{
	_cleanup_free_ uint32_t *places = NULL;
	uint32_t previous = 0;
	bool ordered = true;
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t number = touched->numbers[ids[i]];

		if (number && number < previous)
			ordered = false;
		if (number)
			previous = number;
	}
	if (ordered)
		return 0;
	places = malloc(count * sizeof(*places));
	if (!places)
		return reason_set(touched->why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		if (touched->numbers[ids[i]])
			places[used++] = touched->numbers[ids[i]];
	qsort(places, used, sizeof(*places), compare_numbers);
	return give_places(touched, ids, count, places, used);
}
