/* SPDX-License-Identifier: MIT */
/*
 * In: the shape of a local type and a candidate. Out: do they agree, as libbpf compares them for
 * type exists, size and target id (COMPATIBLE) or for type matches (MATCHING).
 *
 * Both walks go down the shape and the target side by side; the shape ends, so they end.
 */
#include "embedder/resolve/target.h"

static int compatible(struct target *target, const struct shape *shape, uint32_t id,
		      struct target_match *match);
static int matching(struct target *target, const struct shape *shape, uint32_t id,
		    struct target_match *match);

typedef int (*compare_fn)(struct target *target, const struct shape *shape, uint32_t id,
			  struct target_match *match);

/* Touches the type and what it is under its typedefs; *@id becomes that type's. */
static const struct btf_type *enter(struct target *target, uint32_t *id, int *ret_error)
{
	const struct btf_type *type;
	uint32_t from = *id;

	*ret_error = touched_type(target->touched, *id);
	if (*ret_error)
		return NULL;
	type = btf_view_strip(target->btf, id);
	if (!type)
		*ret_error = target_bad_type(target, from);
	return type;
}

/* Parameters one by one, then the result; the numbers are compared first. */
static int prototypes(struct target *target, const struct shape *shape, const struct btf_type *type,
		      struct target_match *match, compare_fn compare)
{
	const struct btf_view *btf = target->btf;
	const struct btf_param *params = btf_view_params(type);
	uint32_t count = btf_view_vlen(btf, type);

	if (count != shape->child_count - 1)
		return TARGET_NO_MATCH;
	for (uint32_t i = 0; i < count; i++) {
		int result = compare(target, shape->children[i].shape,
				     btf_view_u32(btf, params[i].type), match);

		if (result != TARGET_MATCH)
			return result;
	}
	return compare(target, shape->children[count].shape, btf_view_target(btf, type), match);
}

/* libbpf: __bpf_core_types_are_compat */
static int compatible(struct target *target, const struct shape *shape, uint32_t id,
		      struct target_match *match)
{
	const struct btf_view *btf = target->btf;
	const struct btf_type *type;
	uint32_t kind;
	int err;

	if (shape->kind == SHAPE_TOO_DEEP)
		return target_refuse(match, -EINVAL);
	type = enter(target, &id, &err);
	if (!type)
		return err;
	kind = btf_view_kind(btf, type);
	if (btf_view_is_enum(kind) && btf_view_is_enum(shape->kind))
		return TARGET_MATCH;
	if (kind != shape->kind)
		return TARGET_NO_MATCH;
	switch (kind) {
	case BTF_VIEW_KIND_UNKN:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FWD:
		return TARGET_MATCH;
	case BTF_KIND_INT:
		return shape->size == 0 && btf_view_int_offset(btf, type) == 0;
	case BTF_KIND_PTR:
		return compatible(target, shape->children[0].shape, btf_view_target(btf, type),
				  match);
	case BTF_KIND_ARRAY:
		return compatible(target, shape->children[0].shape,
				  btf_view_u32(btf, btf_view_array(type)->type), match);
	case BTF_KIND_FUNC_PROTO:
		return prototypes(target, shape, type, match, compatible);
	default:
		return TARGET_NO_MATCH;
	}
}

/* libbpf: bpf_core_names_match. 1 or 0; the offset was checked. */
static int names_agree(const struct btf_view *btf, const struct symbol *symbol, uint32_t offset)
{
	const char *name = btf_view_string(btf, offset);

	if (!*name)
		return !symbol->length;
	if (strncmp(name, symbol->text, symbol->essential_length) != 0)
		return 0;
	return btf_view_essential_length(name, strlen(name)) == symbol->essential_length;
}

/* libbpf: bpf_core_enums_match. Each name of the shape needs one in the target; values do not
 * count. */
static int enums(struct target *target, const struct shape *shape, uint32_t id,
		 const struct btf_type *type)
{
	const struct btf_view *btf = target->btf;
	uint32_t count = btf_view_vlen(btf, type);
	int err;

	if (shape->size != btf_view_size(btf, type) || shape->child_count > count)
		return TARGET_NO_MATCH;
	err = touched_at_least(target->touched, id, shape->child_count);
	for (uint32_t i = 0; !err && i < shape->child_count; i++) {
		uint32_t j;

		for (j = 0; j < count; j++) {
			uint32_t offset = btf_view_enumerator(btf, type, j);

			if (!btf_view_string(btf, offset))
				return target_bad_string(target, id, offset);
			if (!target_step(target))
				return target_out_of_steps(target, id);
			if (names_agree(btf, &shape->children[i].name, offset))
				break;
		}
		if (j == count)
			return TARGET_NO_MATCH;
		err = touched_part(target->touched, id, j);
	}
	return err ? err : TARGET_MATCH;
}

/* libbpf: bpf_core_composites_match. Each member of the shape needs one of its name whose type
 * matches; the target may have more members, but not fewer. */
static int composites(struct target *target, const struct shape *shape, uint32_t id,
		      const struct btf_type *type, struct target_match *match)
{
	const struct btf_view *btf = target->btf;
	const struct btf_member *members = btf_view_members(type);
	uint32_t count = btf_view_vlen(btf, type);
	int err;

	if (shape->child_count > count)
		return TARGET_NO_MATCH;
	err = touched_at_least(target->touched, id, shape->child_count);
	if (err)
		return err;
	for (uint32_t i = 0; i < shape->child_count; i++) {
		int result = TARGET_NO_MATCH;

		for (uint32_t j = 0; j < count && result == TARGET_NO_MATCH; j++) {
			uint32_t offset = btf_view_u32(btf, members[j].name_off);

			if (!btf_view_string(btf, offset))
				return target_bad_string(target, id, offset);
			if (!target_step(target))
				return target_out_of_steps(target, id);
			if (!names_agree(btf, &shape->children[i].name, offset))
				continue;
			result = touched_part(target->touched, id, j);
			if (!result)
				result = matching(target, shape->children[i].shape,
						  btf_view_u32(btf, members[j].type), match);
		}
		if (result != TARGET_MATCH)
			return result;
	}
	return TARGET_MATCH;
}

/* A forward declaration stands for a struct, or with its kind flag for a union. */
static bool declares(uint32_t kind, bool forward_flag)
{
	return kind == (forward_flag ? BTF_KIND_UNION : BTF_KIND_STRUCT);
}

/* libbpf: __bpf_core_types_match */
static int matching(struct target *target, const struct shape *shape, uint32_t id,
		    struct target_match *match)
{
	const struct btf_view *btf = target->btf;
	const struct btf_type *type;
	uint32_t kind;
	bool flag;
	int err;

	if (shape->kind == SHAPE_TOO_DEEP)
		return target_refuse(match, -EINVAL);
	type = enter(target, &id, &err);
	if (!type)
		return err;
	if (!btf_view_string(btf, btf_view_name_offset(btf, type)))
		return target_bad_string(target, id, btf_view_name_offset(btf, type));
	if (!names_agree(btf, &shape->name, btf_view_name_offset(btf, type)))
		return TARGET_NO_MATCH;
	kind = btf_view_kind(btf, type);
	flag = btf_view_kind_flag(btf, type);
	switch (shape->kind) {
	case BTF_VIEW_KIND_UNKN:
		return kind == shape->kind;
	case BTF_KIND_FWD:
		if (kind == BTF_KIND_FWD)
			return shape->flag == flag;
		return shape->behind_pointer && declares(kind, shape->flag);
	case BTF_KIND_ENUM:
	case BTF_VIEW_KIND_ENUM64:
		return btf_view_is_enum(kind) ? enums(target, shape, id, type) : TARGET_NO_MATCH;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (shape->behind_pointer)
			return kind == shape->kind ||
			       (kind == BTF_KIND_FWD && declares(shape->kind, flag));
		return kind == shape->kind ? composites(target, shape, id, type, match)
					   : TARGET_NO_MATCH;
	default:
		break;
	}
	if (kind != shape->kind)
		return TARGET_NO_MATCH;
	switch (kind) {
	case BTF_KIND_INT:
		return shape->size == btf_view_size(btf, type) &&
		       shape->flag == !!(btf_view_int_encoding(btf, type) & BTF_INT_SIGNED);
	case BTF_KIND_PTR:
		return matching(target, shape->children[0].shape, btf_view_target(btf, type),
				match);
	case BTF_KIND_ARRAY:
		if (shape->size != btf_view_elements(btf, type))
			return TARGET_NO_MATCH;
		return matching(target, shape->children[0].shape,
				btf_view_u32(btf, btf_view_array(type)->type), match);
	case BTF_KIND_FUNC_PROTO:
		return prototypes(target, shape, type, match, matching);
	default:
		return TARGET_NO_MATCH;
	}
}

static bool can_match(uint32_t root_kind)
{
	switch (root_kind) {
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case BTF_VIEW_KIND_DECL_TAG:
		return false;
	default:
		return true;
	}
}

int match_type(struct target *target, const struct request *request, uint32_t id,
	       struct target_match *match)
{
	*match = (struct target_match){.owner = id};
	/* Functions, variables and the like: libbpf knows no comparison for them. */
	if (!can_match(request->root_type.kind))
		return TARGET_NO_MATCH;
	if (request->kind == CORE_RELO_TYPE_MATCHES)
		return matching(target, request->shape, id, match);
	return compatible(target, request->shape, id, match);
}
