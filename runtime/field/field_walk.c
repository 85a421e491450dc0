/* SPDX-License-Identifier: MIT */
#include "runtime/field/field_walk.h"

static int bad_type(const struct field_walk *walk, uint32_t id)
{
	if (walk->types->failure)
		return reason_set(walk->why, walk->types->failure, "%s", walk->types->why.text);
	return reason_set(walk->why, -EBADMSG, "type [%u] is not there, or never ends", id);
}

static int bad_string(const struct field_walk *walk, uint32_t id, uint32_t offset)
{
	return reason_set(walk->why, -EBADMSG, "type [%u]: string offset %u is past the end (%u)",
			  id, offset, walk->types->strings_size);
}

static bool is_name(const struct field_name *name, const char *text)
{
	return strncmp(text, name->text, name->length) == 0 && !text[name->length];
}

/* One name more. */
static int count_name(struct field_walk *walk, uint32_t id)
{
	if (walk->names_left-- > 0)
		return 0;
	return reason_set(walk->why, -E2BIG, "type [%u]: too many names to compare", id);
}

static int tell_part(const struct field_walk *walk, uint32_t id, uint32_t number)
{
	return walk->part ? walk->part(walk->context, id, number) : 0;
}

/* Looks for a member in composite @id, and in the anonymous ones inside, in order. */
static int find_member(struct field_walk *walk, const struct field_name *name, uint32_t id,
		       uint32_t depth, struct field_place *place)
{
	const struct type_view *types = walk->types;
	uint32_t from = id;
	const struct btf_type *type = type_view_strip(types, &id);
	const struct btf_member *members;
	uint32_t count;

	if (!type)
		return bad_type(walk, from);
	if (!type_view_is_composite(type_view_kind(types, type)))
		return 0;
	if (depth == FIELD_DEPTH_MAX)
		return reason_set(walk->why, -E2BIG, "type [%u]: nested too deeply", id);
	members = type_view_members(type);
	count = type_view_vlen(types, type);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t offset = type_view_u32(types, members[i].name_off);
		const char *text = type_view_string(types, offset);
		uint32_t member_type = type_view_u32(types, members[i].type);
		int result = count_name(walk, id);

		if (!text)
			return bad_string(walk, id, offset);
		if (result)
			return result;
		if (*text) {
			result = is_name(name, text);
			if (result) {
				place->type = member_type;
				place->bit_size = type_view_bit_size(types, type, i);
				place->number = i;
			}
		} else {
			result = find_member(walk, name, member_type, depth + 1, place);
		}
		if (result == 1) {
			place->bit_offset += type_view_bit_offset(types, type, i);
			result = tell_part(walk, id, i);
			return result ? result : 1;
		}
		if (result)
			return result;
	}
	return 0;
}

static int find_enumerator(struct field_walk *walk, const struct field_name *name, uint32_t id,
			   struct field_place *place)
{
	const struct type_view *types = walk->types;
	const struct btf_type *type = type_view_type(types, id);
	uint32_t count = type_view_vlen(types, type);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t offset = type_view_enumerator(types, type, i);
		const char *text = type_view_string(types, offset);
		int err = count_name(walk, id);

		if (!text)
			return bad_string(walk, id, offset);
		if (err)
			return err;
		if (!is_name(name, text))
			continue;
		place->type = id;
		place->number = i;
		place->is_enumerator = true;
		err = tell_part(walk, id, i);
		return err ? err : 1;
	}
	return 0;
}

/* The type of the array at @place becomes that of its elements. 0: it is no array, or has fewer. */
static int enter_array(struct field_walk *walk, const struct btf_type *array, uint32_t index,
		       struct field_place *place)
{
	const struct type_view *types = walk->types;
	uint32_t elements = type_view_elements(types, array);
	int64_t size;

	/* An array without a length is as long as what is behind it. */
	if (elements && index >= elements)
		return 0;
	place->type = type_view_u32(types, type_view_array(array)->type);
	place->bit_size = 0;
	if (!index)
		return 1;
	size = type_view_resolve_size(types, place->type, walk->pointer_size);
	if (size <= 0)
		return reason_set(walk->why, -EINVAL, "the size of the elements is not known");
	place->bit_offset += (uint64_t)size * 8 * index;
	return 1;
}

/* Before a named step: into the elements of an array, and to what a pointer points to. */
static int reach_composite(struct field_walk *walk, const struct field_name *name,
			   struct field_place *place)
{
	const struct type_view *types = walk->types;

	for (uint32_t depth = 0; depth < FIELD_DEPTH_MAX; depth++) {
		uint32_t id = place->type;
		const struct btf_type *type = type_view_strip(types, &id);
		int err;

		if (!type)
			return bad_type(walk, place->type);
		switch (type_view_kind(types, type)) {
		case BTF_KIND_ARRAY:
			err = enter_array(walk, type, 0, place);
			if (err != 1)
				return err;
			break;
		case BTF_KIND_PTR:
			if (!walk->through_pointers)
				return reason_set(
					walk->why, -EINVAL,
					"%.*s is behind a pointer: ask for it in the type that the "
					"pointer points to",
					(int)name->length, name->text);
			place->type = type_view_target(types, type);
			place->bit_offset = 0;
			err = walk->pointed && place->type
				      ? walk->pointed(walk->context, place->type)
				      : 0;
			if (err)
				return err;
			break;
		default:
			return 1;
		}
	}
	return reason_set(walk->why, -E2BIG, "type [%u]: nested too deeply", place->type);
}

static int take_step(struct field_walk *walk, const struct field_step *step,
		     struct field_place *place)
{
	uint32_t id = place->type;
	const struct btf_type *type = type_view_strip(walk->types, &id);
	int result;

	if (!type)
		return bad_type(walk, place->type);
	if (!step->name.length)
		return type_view_kind(walk->types, type) == BTF_KIND_ARRAY
			       ? enter_array(walk, type, step->index, place)
			       : 0;
	if (type_view_is_enum(type_view_kind(walk->types, type)))
		return find_enumerator(walk, &step->name, id, place);
	result = reach_composite(walk, &step->name, place);
	return result == 1 ? find_member(walk, &step->name, place->type, 0, place) : result;
}

int field_walk(struct field_walk *walk, const struct field_path *path, uint32_t root,
	       struct field_place *ret_place)
{
	int result = 1;

	*ret_place = (struct field_place){.type = root};
	for (uint32_t i = 0; result == 1 && i < path->step_count; i++) {
		result = take_step(walk, &path->steps[i], ret_place);
		ret_place->steps += result == 1;
	}
	return result;
}

bool field_path_starts_at(const struct field_path *path, const struct type_view *types, uint32_t id)
{
	const struct btf_type *type = type_view_type(types, id);
	const char *name;
	uint32_t kind;

	if (!type)
		return false;
	kind = type_view_kind(types, type);
	name = type_view_string(types, type_view_name_offset(types, type));
	return (type_view_is_enum(kind) ? BTF_KIND_ENUM : kind) == path->kind && name &&
	       is_name(&path->root, name);
}

int64_t field_enumerator_value(const struct type_view *types, const struct field_place *place)
{
	const struct btf_type *type = type_view_type(types, place->type);
	const struct type_view_enum64 *wide;
	uint32_t value;

	if (type_view_kind(types, type) == TYPE_VIEW_KIND_ENUM64) {
		wide = (const struct type_view_enum64 *)(type + 1) + place->number;
		return (int64_t)((uint64_t)type_view_u32(types, wide->value_high) << 32 |
				 type_view_u32(types, wide->value_low));
	}
	value = type_view_u32(types, ((const struct btf_enum *)(type + 1))[place->number].val);
	return type_view_kind_flag(types, type) ? (int32_t)value : (int64_t)value;
}
