/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "embedder/trim/kept_types.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

void kept_types_free(struct kept_types *kept)
{
	free(kept->numbers);
	free(kept->types);
	free(kept->words);
	*kept = (struct kept_types){0};
}

void kept_types_reset(struct kept_types *kept, const struct type_view *view, struct reason *why)
{
	/* Clearing what was set is cheaper than clearing a word for each type of the kernel. */
	for (uint32_t i = 0; i < kept->count; i++)
		kept->numbers[kept->types[i].id] = 0;
	kept->count = 0;
	kept->word_count = 0;
	kept->view = view;
	kept->why = why;
}

static int out_of_memory(const struct kept_types *kept)
{
	return reason_set(kept->why, -ENOMEM, "out of memory");
}

/* Room for numbers[@id]. */
static int reserve_number(struct kept_types *kept, uint32_t id)
{
	uint32_t capacity = kept->view->type_count > id ? kept->view->type_count : id + 1;
	uint32_t *numbers;

	if (id < kept->numbers_capacity)
		return 0;
	/* calloc() gets zero pages from the kernel, realloc() would write to all of them. */
	numbers = calloc(capacity, sizeof(*numbers));
	if (!numbers)
		return out_of_memory(kept);
	for (uint32_t i = 0; i < kept->count; i++)
		numbers[kept->types[i].id] = i + 1;
	free(kept->numbers);
	kept->numbers = numbers;
	kept->numbers_capacity = capacity;
	return 0;
}

static int add(struct kept_types *kept, uint32_t id)
{
	int err = reserve_number(kept, id);

	if (err)
		return err;
	if (array_reserve(kept->types, kept->capacity, (size_t)kept->count + 1))
		return out_of_memory(kept);
	kept->types[kept->count++] = (struct kept_type){.id = id, .bits = KEPT_NO_BITS};
	kept->numbers[id] = kept->count;
	return 0;
}

static int no_type(struct kept_types *kept, uint32_t id)
{
	if (kept->view->failure)
		return reason_set(kept->why, kept->view->failure, "%s", kept->view->why.text);
	return reason_set(kept->why, -EBADMSG, "type [%u] is referred to, but there are only %u",
			  id, kept->view->type_count - 1);
}

int kept_types_add_type(struct kept_types *kept, uint32_t id)
{
	const struct type_view *view = kept->view;
	int err;

	/* The chain of a type that is kept already is kept too, so a cycle ends here. */
	while (id && !kept_types_number(kept, id)) {
		const struct btf_type *type = type_view_type(view, id);

		if (!type)
			return no_type(kept, id);
		err = add(kept, id);
		if (err)
			return err;
		switch (type_view_kind(view, type)) {
		case BTF_KIND_INT:
		case BTF_KIND_FLOAT:
		case BTF_KIND_PTR:
		case BTF_KIND_FWD:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case TYPE_VIEW_KIND_ENUM64:
		case BTF_KIND_FUNC_PROTO:
			return 0;
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case TYPE_VIEW_KIND_TYPE_TAG:
			id = type_view_target(view, type);
			break;
		case BTF_KIND_ARRAY:
			err = kept_types_add_type(
				kept, type_view_u32(view, type_view_array(type)->index_type));
			if (err)
				return err;
			id = type_view_u32(view, type_view_array(type)->type);
			break;
		default:
			return reason_set(kept->why, -EOPNOTSUPP,
					  "type [%u] is needed, but it is a %s (kind %u), which no "
					  "relocation can ask for",
					  id, type_view_kind_name(type_view_kind(view, type)),
					  type_view_kind(view, type));
		}
	}
	return 0;
}

/* The entry of @id, added if it is not there yet, with room for its bits. */
static int add_type_with_bits(struct kept_types *kept, uint32_t id, struct kept_type **ret)
{
	const struct btf_type *type = type_view_type(kept->view, id);
	struct kept_type *entry;
	size_t words;
	int err;

	if (!type)
		return no_type(kept, id);
	err = kept_types_add_type(kept, id);
	if (err)
		return err;
	entry = &kept->types[kept->numbers[id] - 1];
	if (entry->bits == KEPT_NO_BITS) {
		words = (type_view_vlen(kept->view, type) + 63) / 64;
		if (array_reserve(kept->words, kept->word_capacity, kept->word_count + words))
			return out_of_memory(kept);
		if (words)
			memset(kept->words + kept->word_count, 0, words * sizeof(uint64_t));
		entry->bits = kept->word_count;
		kept->word_count += words;
	}
	*ret = entry;
	return 0;
}

static int add_part(struct kept_types *kept, uint32_t id, uint32_t number);

/*
 * A zero-length array at the end of a struct may be indexed (it is flexible), elsewhere it may
 * not. Dropping the members after one must not make it the last, so the last member is kept too.
 */
static int keep_inflexible(struct kept_types *kept, uint32_t id, uint32_t member_type,
			   uint32_t number)
{
	const struct type_view *view = kept->view;
	uint32_t last = type_view_vlen(view, type_view_type(view, id)) - 1;
	const struct btf_type *type;

	if (number == last)
		return 0;
	type = type_view_strip(view, &member_type);
	if (!type || type_view_kind(view, type) != BTF_KIND_ARRAY || type_view_elements(view, type))
		return 0;
	return add_part(kept, id, last);
}

/* Keeps a member of a struct or union, with its type, or an enumerator. */
static int add_part(struct kept_types *kept, uint32_t id, uint32_t number)
{
	const struct btf_type *type;
	struct kept_type *entry;
	uint32_t member_type;
	uint64_t bit = UINT64_C(1) << (number % 64);
	uint64_t *word;
	int err;

	err = add_type_with_bits(kept, id, &entry);
	if (err)
		return err;
	word = &kept->words[entry->bits + number / 64];
	if (*word & bit)
		return 0;
	*word |= bit;
	entry->parts++;
	type = type_view_type(kept->view, id);
	if (!type_view_is_composite(type_view_kind(kept->view, type)))
		return 0;
	member_type = type_view_u32(kept->view, type_view_members(type)[number].type);
	err = kept_types_add_type(kept, member_type);
	return err ? err : keep_inflexible(kept, id, member_type, number);
}

static int add_at_least(struct kept_types *kept, uint32_t id, uint32_t count)
{
	struct kept_type *entry;
	int err;

	err = add_type_with_bits(kept, id, &entry);
	if (!err && entry->at_least < count)
		entry->at_least = count;
	return err;
}

int kept_types_add(struct kept_types *kept, const struct mark *marks, size_t count)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		const struct mark *mark = &marks[i];

		if (mark->kind == MARK_PART)
			err = add_part(kept, mark->type, mark->number);
		else if (mark->kind == MARK_AT_LEAST)
			err = add_at_least(kept, mark->type, mark->number);
		else
			err = kept_types_add_type(kept, mark->type);
	}
	return err;
}

int kept_types_fill(struct kept_types *kept)
{
	/* The types of added members go to the end of the list and have no MARK_AT_LEAST
	 * themselves. */
	for (uint32_t i = 0; i < kept->count; i++) {
		uint32_t id = kept->types[i].id;
		uint32_t parts = type_view_vlen(kept->view, type_view_type(kept->view, id));

		for (uint32_t part = 0; part < parts; part++) {
			int err;

			if (kept->types[i].parts >= kept->types[i].at_least)
				break;
			err = add_part(kept, id, part);
			if (err)
				return err;
		}
	}
	return 0;
}

/* Sorts the kept ones of @ids among the places that they occupy. */
static int give_places(struct kept_types *kept, const uint32_t *ids, size_t count,
		       const uint32_t *places, size_t used)
{
	_cleanup_free_ struct kept_type *entries = malloc(used * sizeof(*entries));
	size_t next = 0;

	if (!entries)
		return out_of_memory(kept);
	for (size_t i = 0; i < count; i++)
		if (kept_types_number(kept, ids[i]))
			entries[next++] = kept->types[kept->numbers[ids[i]] - 1];
	for (size_t i = 0; i < used; i++) {
		kept->types[places[i] - 1] = entries[i];
		kept->numbers[entries[i].id] = places[i];
	}
	return 0;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

int kept_types_order(struct kept_types *kept, const uint32_t *ids, size_t count)
{
	_cleanup_free_ uint32_t *places = NULL;
	uint32_t previous = 0;
	bool ordered = true;
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t number = kept_types_number(kept, ids[i]);

		if (number && number < previous)
			ordered = false;
		if (number)
			previous = number;
	}
	if (ordered)
		return 0;
	places = malloc(count * sizeof(*places));
	if (!places)
		return out_of_memory(kept);
	for (size_t i = 0; i < count; i++)
		if (kept_types_number(kept, ids[i]))
			places[used++] = kept->numbers[ids[i]];
	qsort(places, used, sizeof(*places), compare_numbers);
	return give_places(kept, ids, count, places, used);
}
