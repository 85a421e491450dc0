/* SPDX-License-Identifier: MIT */
/*
 * In: the shape of a local type and a candidate. Out: do they agree, as libbpf compares them for
 * type exists, size and target id (COMPATIBLE) or for type matches (MATCHING).
 *
 * Both walks go down the shape and the target side by side; the shape ends, so they end.
 */
#include "embedder/resolve/matcher.h"

static int compatible(struct matcher *matcher, const struct shape *shape, uint32_t id,
		      struct answer_match *match);
static int matching(struct matcher *matcher, const struct shape *shape, uint32_t id,
		    struct answer_match *match);

typedef int (*compare_fn)(struct matcher *matcher, const struct shape *shape, uint32_t id,
			  struct answer_match *match);

/* Marks the type and the type under its typedefs; *@id becomes the id of that one. */
static const struct btf_type *enter(struct matcher *matcher, uint32_t *id, int *ret_error)
{
	const struct btf_type *type;
	uint32_t from = *id;

	*ret_error = matcher_mark_type(matcher, *id);
	if (*ret_error)
		return NULL;
	type = type_view_strip(matcher->types, id);
	if (!type)
		*ret_error = matcher_bad_type(matcher, from);
	return type;
}

/* Parameters one by one, then the result; the numbers are compared first. */
static int prototypes(struct matcher *matcher, const struct shape *shape,
		      const struct btf_type *type, struct answer_match *match, compare_fn compare)
{
	const struct type_view *types = matcher->types;
	const struct btf_param *params = type_view_params(type);
	uint32_t count = type_view_vlen(types, type);

	if (count != shape->child_count - 1)
		return ANSWER_NO_MATCH;
	for (uint32_t i = 0; i < count; i++) {
		int result = compare(matcher, shape->children[i].shape,
				     type_view_u32(types, params[i].type), match);

		if (result != ANSWER_MATCH)
			return result;
	}
	return compare(matcher, shape->children[count].shape, type_view_target(types, type), match);
}

/* libbpf: __bpf_core_types_are_compat */
static int compatible(struct matcher *matcher, const struct shape *shape, uint32_t id,
		      struct answer_match *match)
{
	const struct type_view *types = matcher->types;
	const struct btf_type *type;
	uint32_t kind;
	int err;

	if (shape->kind == SHAPE_TOO_DEEP)
		return answer_refuse(match, -EINVAL);
	type = enter(matcher, &id, &err);
	if (!type)
		return err;
	kind = type_view_kind(types, type);
	if (type_view_is_enum(kind) && type_view_is_enum(shape->kind))
		return ANSWER_MATCH;
	if (kind != shape->kind)
		return ANSWER_NO_MATCH;
	switch (kind) {
	case TYPE_VIEW_KIND_UNKN:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FWD:
		return ANSWER_MATCH;
	case BTF_KIND_INT:
		return shape->size == 0 && type_view_int_offset(types, type) == 0;
	case BTF_KIND_PTR:
		return compatible(matcher, shape->children[0].shape, type_view_target(types, type),
				  match);
	case BTF_KIND_ARRAY:
		return compatible(matcher, shape->children[0].shape,
				  type_view_u32(types, type_view_array(type)->type), match);
	case BTF_KIND_FUNC_PROTO:
		return prototypes(matcher, shape, type, match, compatible);
	default:
		return ANSWER_NO_MATCH;
	}
}

/* libbpf: bpf_core_names_match. 1 or 0; the offset was checked. */
static int names_agree(const struct type_view *types, const struct symbol *symbol, uint32_t offset)
{
	const char *name = type_view_string(types, offset);

	if (!*name)
		return !symbol->length;
	if (strncmp(name, symbol->text, symbol->essential_length) != 0)
		return 0;
	return type_view_essential_length(name, strlen(name)) == symbol->essential_length;
}

/* libbpf: bpf_core_enums_match. Each name of the shape needs one in the target; values do not
 * count. */
static int enums(struct matcher *matcher, const struct shape *shape, uint32_t id,
		 const struct btf_type *type)
{
	const struct type_view *types = matcher->types;
	uint32_t count = type_view_vlen(types, type);
	int err;

	if (shape->size != type_view_size(types, type) || shape->child_count > count)
		return ANSWER_NO_MATCH;
	err = matcher_mark_at_least(matcher, id, shape->child_count);
	for (uint32_t i = 0; !err && i < shape->child_count; i++) {
		uint32_t j;

		for (j = 0; j < count; j++) {
			uint32_t offset = type_view_enumerator(types, type, j);

			if (!type_view_string(types, offset))
				return matcher_bad_string(matcher, id, offset);
			if (!matcher_step(matcher))
				return matcher_out_of_steps(matcher, id);
			if (names_agree(types, &shape->children[i].name, offset))
				break;
		}
		if (j == count)
			return ANSWER_NO_MATCH;
		err = matcher_mark_part(matcher, id, j);
	}
	return err ? err : ANSWER_MATCH;
}

/* libbpf: bpf_core_composites_match. Each member of the shape needs one of its name whose type
 * matches; the target may have more members, but not fewer. */
static int composites(struct matcher *matcher, const struct shape *shape, uint32_t id,
		      const struct btf_type *type, struct answer_match *match)
{
	const struct type_view *types = matcher->types;
	const struct btf_member *members = type_view_members(type);
	uint32_t count = type_view_vlen(types, type);
	int err;

	if (shape->child_count > count)
		return ANSWER_NO_MATCH;
	err = matcher_mark_at_least(matcher, id, shape->child_count);
	if (err)
		return err;
	for (uint32_t i = 0; i < shape->child_count; i++) {
		int result = ANSWER_NO_MATCH;

		for (uint32_t j = 0; j < count && result == ANSWER_NO_MATCH; j++) {
			uint32_t offset = type_view_u32(types, members[j].name_off);

			if (!type_view_string(types, offset))
				return matcher_bad_string(matcher, id, offset);
			if (!matcher_step(matcher))
				return matcher_out_of_steps(matcher, id);
			if (!names_agree(types, &shape->children[i].name, offset))
				continue;
			result = matcher_mark_part(matcher, id, j);
			if (!result)
				result = matching(matcher, shape->children[i].shape,
						  type_view_u32(types, members[j].type), match);
		}
		if (result != ANSWER_MATCH)
			return result;
	}
	return ANSWER_MATCH;
}

/* A forward declaration stands for a struct, or with its kind flag for a union. */
static bool declares(uint32_t kind, bool forward_flag)
{
	return kind == (forward_flag ? BTF_KIND_UNION : BTF_KIND_STRUCT);
}

/* libbpf: __bpf_core_types_match */
static int matching(struct matcher *matcher, const struct shape *shape, uint32_t id,
		    struct answer_match *match)
{
	const struct type_view *types = matcher->types;
	const struct btf_type *type;
	uint32_t kind;
	bool flag;
	int err;

	if (shape->kind == SHAPE_TOO_DEEP)
		return answer_refuse(match, -EINVAL);
	type = enter(matcher, &id, &err);
	if (!type)
		return err;
	if (!type_view_string(types, type_view_name_offset(types, type)))
		return matcher_bad_string(matcher, id, type_view_name_offset(types, type));
	if (!names_agree(types, &shape->name, type_view_name_offset(types, type)))
		return ANSWER_NO_MATCH;
	kind = type_view_kind(types, type);
	flag = type_view_kind_flag(types, type);
	switch (shape->kind) {
	case TYPE_VIEW_KIND_UNKN:
		return kind == shape->kind;
	case BTF_KIND_FWD:
		if (kind == BTF_KIND_FWD)
			return shape->flag == flag;
		return shape->behind_pointer && declares(kind, shape->flag);
	case BTF_KIND_ENUM:
	case TYPE_VIEW_KIND_ENUM64:
		return type_view_is_enum(kind) ? enums(matcher, shape, id, type) : ANSWER_NO_MATCH;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (shape->behind_pointer)
			return kind == shape->kind ||
			       (kind == BTF_KIND_FWD && declares(shape->kind, flag));
		return kind == shape->kind ? composites(matcher, shape, id, type, match)
					   : ANSWER_NO_MATCH;
	default:
		break;
	}
	if (kind != shape->kind)
		return ANSWER_NO_MATCH;
	switch (kind) {
	case BTF_KIND_INT:
		return shape->size == type_view_size(types, type) &&
		       shape->flag == !!(type_view_int_encoding(types, type) & BTF_INT_SIGNED);
	case BTF_KIND_PTR:
		return matching(matcher, shape->children[0].shape, type_view_target(types, type),
				match);
	case BTF_KIND_ARRAY:
		if (shape->size != type_view_elements(types, type))
			return ANSWER_NO_MATCH;
		return matching(matcher, shape->children[0].shape,
				type_view_u32(types, type_view_array(type)->type), match);
	case BTF_KIND_FUNC_PROTO:
		return prototypes(matcher, shape, type, match, matching);
	default:
		return ANSWER_NO_MATCH;
	}
}

static bool can_match(uint32_t root_kind)
{
	switch (root_kind) {
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case TYPE_VIEW_KIND_DECL_TAG:
		return false;
	default:
		return true;
	}
}

int match_type(struct matcher *matcher, const struct request *request, uint32_t id,
	       struct answer_match *match)
{
	*match = (struct answer_match){.owner = id};
	/* Functions, variables and the like: libbpf does not compare them. */
	if (!can_match(request->root_type.kind))
		return ANSWER_NO_MATCH;
	if (request->kind == CORE_RELO_TYPE_MATCHES)
		return matching(matcher, request->shape, id, match);
	return compatible(matcher, request->shape, id, match);
}
