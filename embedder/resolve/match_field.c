/* SPDX-License-Identifier: MIT */
/*
 * In: a field request (names and indices) and a candidate. Out: where the field is in it.
 *
 * A name is searched through the members in order, and through anonymous structs and unions as
 * if their members stood in their place:
 *
 *	struct c { int a; union { int b; struct { int d; }; }; }      .d is found by 1 -> 1 -> 0
 *
 * The first member of that name decides: when its type does not fit, the search is over.
 */
#include "embedder/resolve/target.h"

struct walk {
	struct target *target;
	struct target_match *match;
	uint32_t steps; /* raw steps so far, as libbpf counts them */
	uint32_t seen;	/* how often something was touched: what leads to it is touched as well */
	uint32_t next;	/* type of the member found */
};

/* libbpf: bpf_core_fields_are_compat */
static int field_fits(struct target *target, const struct shape *shape, uint32_t id)
{
	const struct btf_view *btf = target->btf;

	for (;;) {
		uint32_t from = id, kind;
		const struct btf_type *type = btf_view_strip(btf, &id);
		const char *name;
		size_t length;

		if (!type)
			return target_bad_type(target, from);
		kind = btf_view_kind(btf, type);
		if (shape->kind == BTF_KIND_STRUCT)
			return btf_view_is_composite(kind);
		if (kind == BTF_VIEW_KIND_ENUM64)
			kind = BTF_KIND_ENUM;
		if (shape->kind != kind)
			return TARGET_NO_MATCH;
		switch (kind) {
		case BTF_KIND_PTR:
		case BTF_KIND_FLOAT:
			return TARGET_MATCH;
		case BTF_KIND_FWD:
		case BTF_KIND_ENUM:
			name = btf_view_string(btf, btf_view_name_offset(btf, type));
			if (!name)
				return target_bad_string(target, id,
							 btf_view_name_offset(btf, type));
			if (!*name || !shape->name.length)
				return TARGET_MATCH;
			length = shape->name.essential_length;
			/* The target's name may be cut to compare: only its start is looked at,
			 * however long a hostile one is. */
			if (strncmp(name, shape->name.text, length) != 0)
				return TARGET_NO_MATCH;
			return btf_view_essential_length(name, strlen(name)) == length;
		case BTF_KIND_INT:
			return shape->size == 0 && btf_view_int_offset(btf, type) == 0;
		case BTF_KIND_ARRAY:
			shape = shape->children[0].shape;
			id = btf_view_u32(btf, btf_view_array(type)->type);
			break;
		default:
			return TARGET_NO_MATCH;
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
	struct target *target = walk->target;
	int result;

	walk->seen++;
	result = touched_part(target->touched, id, number);
	if (result)
		return result;
	walk->next = btf_view_u32(target->btf, btf_view_members(type)[number].type);
	result = field_fits(target, accessor->shape, walk->next);
	if (result == TARGET_MATCH) {
		walk->match->owner = id;
		walk->match->member = number;
		walk->match->is_index = false;
	}
	return result;
}

/*
 * libbpf: bpf_core_match_member. One peculiarity of it is kept: when the name is found in an
 * anonymous struct and does not fit, the offset of that struct's members is not taken back
 * before the search goes on behind it.
 *
 * Member @i is on the way to what was seen below it, so it is touched on the way back.
 */
static int search_member(struct walk *walk, const struct accessor *accessor, uint32_t id)
{
	struct target *target = walk->target;
	const struct btf_view *btf = target->btf;
	uint32_t from = id;
	const struct btf_type *type = btf_view_strip(btf, &id);
	const struct btf_member *members;
	uint32_t count;

	if (!type)
		return target_bad_type(target, from);
	if (!btf_view_is_composite(btf_view_kind(btf, type)))
		return TARGET_NO_MATCH;
	members = btf_view_members(type);
	count = btf_view_vlen(btf, type);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t offset = btf_view_u32(btf, members[i].name_off);
		const char *name = btf_view_string(btf, offset);
		uint32_t seen = walk->seen;
		int result;

		if (!name)
			return target_bad_string(target, id, offset);
		if (!target_step(target))
			return target_out_of_steps(target, id);
		if (walk->steps == REQUEST_STEPS_MAX) {
			/* With this member the trimmed BTF is just as deep. */
			walk->seen++;
			result = touched_part(target->touched, id, i);
			return result ? result : target_refuse(walk->match, -E2BIG);
		}
		if (*name && !same_name(name, &accessor->name))
			continue;
		walk->match->bit_offset += btf_view_bit_offset(btf, type, i);
		walk->steps++;
		if (*name)
			return take_member(walk, accessor, id, type, i);
		result = search_member(walk, accessor, btf_view_u32(btf, members[i].type));
		if (walk->seen != seen) {
			int err = touched_part(target->touched, id, i);

			if (err)
				return err;
		}
		if (result)
			return result;
		walk->match->bit_offset -= btf_view_bit_offset(btf, type, i);
		walk->steps--;
	}
	return TARGET_NO_MATCH;
}

/* An index into the array at @id; *@id becomes the element type. libbpf: is_flex_arr and around. */
static int enter_array(struct target *target, const struct accessor *accessor,
		       const struct target_match *match, uint32_t *id)
{
	const struct btf_view *btf = target->btf;
	uint32_t from = *id;
	const struct btf_type *type = btf_view_strip(btf, id);
	uint32_t elements;
	bool flexible;

	if (!type)
		return target_bad_type(target, from);
	if (btf_view_kind(btf, type) != BTF_KIND_ARRAY)
		return TARGET_NO_MATCH;
	elements = btf_view_elements(btf, type);
	flexible = !elements && !match->is_index &&
		   match->member + 1 == btf_view_vlen(btf, btf_view_type(btf, match->owner));
	if (!flexible && accessor->index >= elements)
		return TARGET_NO_MATCH;
	*id = btf_view_u32(btf, btf_view_array(type)->type);
	from = *id;
	if (!btf_view_strip(btf, id))
		return target_bad_type(target, from);
	return TARGET_MATCH;
}

/* The first step, an index into the pointer: the candidate counts as an array of itself. */
static int enter_root(struct target *target, uint32_t *id)
{
	uint32_t root = *id;

	return btf_view_strip(target->btf, id) ? TARGET_MATCH : target_bad_type(target, root);
}

int match_field(struct target *target, const struct request *request, uint32_t id,
		struct target_match *match)
{
	struct walk walk = {.target = target, .match = match};
	uint32_t root = id;
	int result = TARGET_MATCH;

	*match = (struct target_match){.is_index = true};
	for (uint32_t i = 0; result == TARGET_MATCH && i < request->accessor_count; i++) {
		const struct accessor *accessor = &request->accessors[i];
		int64_t size;

		if (accessor->name.length) {
			result = search_member(&walk, accessor, id);
			id = walk.next;
			continue;
		}
		result = i ? enter_array(target, accessor, match, &id) : enter_root(target, &id);
		if (result != TARGET_MATCH)
			break;
		if (walk.steps++ == REQUEST_STEPS_MAX) {
			result = target_refuse(match, -E2BIG);
			break;
		}
		match->owner = id;
		match->is_index = true;
		size = btf_view_resolve_size(target->btf, id, target->pointer_size);
		/* libbpf keeps it in an int here: from 2^31 on it is a negative result. */
		if (size > INT32_MAX)
			size = (int32_t)size;
		if (i || request->accessor_count == 1 || size < 0)
			walk.seen++;
		if (size < 0)
			result = target_refuse(match, size);
		else
			match->bit_offset += (uint32_t)(accessor->index * (uint64_t)size * 8);
	}
	if (walk.seen && result >= 0) {
		int err = touched_type(target->touched, root);

		if (err)
			return err;
	}
	return result;
}

int match_enumerator(struct target *target, const struct request *request, uint32_t id,
		     struct target_match *match)
{
	const struct btf_view *btf = target->btf;
	const struct symbol *symbol = &request->enumerator;
	uint32_t root = id, count;
	const struct btf_type *type = btf_view_strip(btf, &id);

	*match = (struct target_match){.owner = id};
	if (!type)
		return target_bad_type(target, root);
	if (!btf_view_is_enum(btf_view_kind(btf, type)))
		return TARGET_NO_MATCH;
	count = btf_view_vlen(btf, type);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t offset = btf_view_enumerator(btf, type, i);
		const char *name = btf_view_string(btf, offset);
		int err;

		if (!name)
			return target_bad_string(target, id, offset);
		if (!target_step(target))
			return target_out_of_steps(target, id);
		if (strncmp(name, symbol->text, symbol->essential_length) != 0 ||
		    btf_view_essential_length(name, strlen(name)) != symbol->essential_length)
			continue;
		match->member = i;
		err = touched_type(target->touched, root);
		if (!err)
			err = touched_part(target->touched, id, i);
		return err ? err : TARGET_MATCH;
	}
	return TARGET_NO_MATCH;
}
