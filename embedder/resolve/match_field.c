/* SPDX-License-Identifier: MIT */
/*
 * In: a field request (names and indices) and a candidate. Out: where the field is in it.
 *
 * A name is searched in the members in order, and in anonymous structs and unions as if their
 * members were in their place:
 *
 *	struct c { int a; union { int b; struct { int d; }; }; }      .d is found by 1 -> 1 -> 0
 *
 * The first member with that name decides: if its type does not fit, the search ends.
 */
#include "embedder/resolve/matcher.h"

struct walk {
	struct matcher *matcher;
	struct answer_match *match;
	uint32_t steps; /* raw steps so far, as libbpf counts them */
	uint32_t seen;	/* number of marks so far: if it grows, the members on the way are marked
			 * too */
	uint32_t next;	/* type of the member found */
};

/* libbpf: bpf_core_fields_are_compat */
static int field_fits(struct matcher *matcher, const struct shape *shape, uint32_t id)
{
	const struct type_view *types = matcher->types;

	for (;;) {
		uint32_t from = id, kind;
		const struct btf_type *type = type_view_strip(types, &id);
		const char *name;
		size_t length;

		if (!type)
			return matcher_bad_type(matcher, from);
		kind = type_view_kind(types, type);
		if (shape->kind == BTF_KIND_STRUCT)
			return type_view_is_composite(kind);
		if (kind == TYPE_VIEW_KIND_ENUM64)
			kind = BTF_KIND_ENUM;
		if (shape->kind != kind)
			return ANSWER_NO_MATCH;
		switch (kind) {
		case BTF_KIND_PTR:
		case BTF_KIND_FLOAT:
			return ANSWER_MATCH;
		case BTF_KIND_FWD:
		case BTF_KIND_ENUM:
			name = type_view_string(types, type_view_name_offset(types, type));
			if (!name)
				return matcher_bad_string(matcher, id,
							  type_view_name_offset(types, type));
			if (!*name || !shape->name.length)
				return ANSWER_MATCH;
			length = shape->name.essential_length;
			/* Only the start of the target's name is compared, however long a
			 * hostile one is. */
			if (strncmp(name, shape->name.text, length) != 0)
				return ANSWER_NO_MATCH;
			return type_view_essential_length(name, strlen(name)) == length;
		case BTF_KIND_INT:
			return shape->size == 0 && type_view_int_offset(types, type) == 0;
		case BTF_KIND_ARRAY:
			shape = shape->children[0].shape;
			id = type_view_u32(types, type_view_array(type)->type);
			break;
		default:
			return ANSWER_NO_MATCH;
		}
	}
}

static inline bool same_name(const char *name, const struct symbol *symbol)
{
	return name[0] == symbol->text[0] && strcmp(name, symbol->text) == 0;
}

/* The named member was found in composite @id: does its type fit? */
static int take_member(struct walk *walk, const struct accessor *accessor, uint32_t id,
		       const struct btf_type *type, uint32_t number)
{
	struct matcher *matcher = walk->matcher;
	int result;

	walk->seen++;
	result = matcher_mark_part(matcher, id, number);
	if (result)
		return result;
	walk->next = type_view_u32(matcher->types, type_view_members(type)[number].type);
	result = field_fits(matcher, accessor->shape, walk->next);
	if (result == ANSWER_MATCH) {
		walk->match->owner = id;
		walk->match->member = number;
		walk->match->is_index = false;
	}
	return result;
}

/*
 * libbpf: bpf_core_match_member. One of its quirks is kept: if the name is found in an anonymous
 * struct and does not fit, the offset of that struct's members is not reset before the search
 * continues after it.
 *
 * Member @i leads to what was marked below it, so it is marked on the way back.
 */
static int search_member(struct walk *walk, const struct accessor *accessor, uint32_t id)
{
	struct matcher *matcher = walk->matcher;
	const struct type_view *types = matcher->types;
	uint32_t from = id;
	const struct btf_type *type = type_view_strip(types, &id);
	const struct btf_member *members;
	uint32_t count;

	if (!type)
		return matcher_bad_type(matcher, from);
	if (!type_view_is_composite(type_view_kind(types, type)))
		return ANSWER_NO_MATCH;
	members = type_view_members(type);
	count = type_view_vlen(types, type);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t offset = type_view_u32(types, members[i].name_off);
		const char *name = type_view_string(types, offset);
		uint32_t seen = walk->seen;
		int result;

		if (!name)
			return matcher_bad_string(matcher, id, offset);
		if (!matcher_step(matcher))
			return matcher_out_of_steps(matcher, id);
		if (walk->steps == REQUEST_STEPS_MAX) {
			/* With this member the trimmed BTF has the same depth. */
			walk->seen++;
			result = matcher_mark_part(matcher, id, i);
			return result ? result : answer_refuse(walk->match, -E2BIG);
		}
		if (*name && !same_name(name, &accessor->name))
			continue;
		walk->match->bit_offset += type_view_bit_offset(types, type, i);
		walk->steps++;
		if (*name)
			return take_member(walk, accessor, id, type, i);
		result = search_member(walk, accessor, type_view_u32(types, members[i].type));
		if (walk->seen != seen) {
			int err = matcher_mark_part(matcher, id, i);

			if (err)
				return err;
		}
		if (result)
			return result;
		walk->match->bit_offset -= type_view_bit_offset(types, type, i);
		walk->steps--;
	}
	return ANSWER_NO_MATCH;
}

/* An index into the array at @id; *@id becomes the element type. libbpf: is_flex_arr and around. */
static int enter_array(struct matcher *matcher, const struct accessor *accessor,
		       const struct answer_match *match, uint32_t *id)
{
	const struct type_view *types = matcher->types;
	uint32_t from = *id;
	const struct btf_type *type = type_view_strip(types, id);
	uint32_t elements;
	bool flexible;

	if (!type)
		return matcher_bad_type(matcher, from);
	if (type_view_kind(types, type) != BTF_KIND_ARRAY)
		return ANSWER_NO_MATCH;
	elements = type_view_elements(types, type);
	flexible = !elements && !match->is_index &&
		   match->member + 1 == type_view_vlen(types, type_view_type(types, match->owner));
	if (!flexible && accessor->index >= elements)
		return ANSWER_NO_MATCH;
	*id = type_view_u32(types, type_view_array(type)->type);
	from = *id;
	if (!type_view_strip(types, id))
		return matcher_bad_type(matcher, from);
	return ANSWER_MATCH;
}

/* The first step, an index into the pointer: the candidate counts as an array of itself. */
static int enter_root(struct matcher *matcher, uint32_t *id)
{
	uint32_t root = *id;

	return type_view_strip(matcher->types, id) ? ANSWER_MATCH : matcher_bad_type(matcher, root);
}

int match_field(struct matcher *matcher, const struct request *request, uint32_t id,
		struct answer_match *match)
{
	struct walk walk = {.matcher = matcher, .match = match};
	uint32_t root = id;
	int result = ANSWER_MATCH;

	*match = (struct answer_match){.is_index = true};
	for (uint32_t i = 0; result == ANSWER_MATCH && i < request->accessor_count; i++) {
		const struct accessor *accessor = &request->accessors[i];
		int64_t size;

		if (accessor->name.length) {
			result = search_member(&walk, accessor, id);
			id = walk.next;
			match->reached += result == ANSWER_MATCH;
			continue;
		}
		result = i ? enter_array(matcher, accessor, match, &id) : enter_root(matcher, &id);
		if (result != ANSWER_MATCH)
			break;
		if (walk.steps++ == REQUEST_STEPS_MAX) {
			result = answer_refuse(match, -E2BIG);
			break;
		}
		match->owner = id;
		match->is_index = true;
		size = type_view_resolve_size(matcher->types, id, matcher->pointer_size);
		/* libbpf keeps it in an int here: from 2^31 on it is a negative result. */
		if (size > INT32_MAX)
			size = (int32_t)size;
		if (i || request->accessor_count == 1 || size < 0)
			walk.seen++;
		if (size < 0)
			result = answer_refuse(match, size);
		else
			match->bit_offset += (uint32_t)(accessor->index * (uint64_t)size * 8);
		match->reached += result == ANSWER_MATCH;
	}
	if (walk.seen && result >= 0) {
		int err = matcher_mark_type(matcher, root);

		if (err)
			return err;
	}
	return result;
}

int match_enumerator(struct matcher *matcher, const struct request *request, uint32_t id,
		     struct answer_match *match)
{
	const struct type_view *types = matcher->types;
	const struct symbol *symbol = &request->enumerator;
	uint32_t root = id, count;
	const struct btf_type *type = type_view_strip(types, &id);

	*match = (struct answer_match){.owner = id};
	if (!type)
		return matcher_bad_type(matcher, root);
	if (!type_view_is_enum(type_view_kind(types, type)))
		return ANSWER_NO_MATCH;
	count = type_view_vlen(types, type);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t offset = type_view_enumerator(types, type, i);
		const char *name = type_view_string(types, offset);
		int err;

		if (!name)
			return matcher_bad_string(matcher, id, offset);
		if (!matcher_step(matcher))
			return matcher_out_of_steps(matcher, id);
		if (strncmp(name, symbol->text, symbol->essential_length) != 0 ||
		    type_view_essential_length(name, strlen(name)) != symbol->essential_length)
			continue;
		match->member = i;
		err = matcher_mark_type(matcher, root);
		if (!err)
			err = matcher_mark_part(matcher, id, i);
		return err ? err : ANSWER_MATCH;
	}
	return ANSWER_NO_MATCH;
}
