/* SPDX-License-Identifier: MIT */
#include "embedder/relo/local_spec.h"

/* No request depends on the size of pointers, but resolve_size needs one. */
#define ANY_POINTER_SIZE 8

/*
 * "0:1:2" into numbers. Returns how many, -EINVAL for another form, -E2BIG for too many: libbpf
 * refuses those as well.
 */
static int parse_access(const char *text, uint32_t numbers[REQUEST_STEPS_MAX])
{
	int count = 0;

	for (;;) {
		uint64_t number = 0;

		if (*text < '0' || *text > '9')
			return -EINVAL;
		for (; *text >= '0' && *text <= '9'; text++) {
			number = number * 10 + (unsigned int)(*text - '0');
			if (number > INT32_MAX)
				return -EINVAL;
		}
		if (count == REQUEST_STEPS_MAX)
			return -E2BIG;
		numbers[count++] = number;
		if (!*text)
			return count;
		if (*text++ != ':')
			return -EINVAL;
	}
}

static int broken(struct request *request, const char *why)
{
	request->broken = why;
	return 0;
}

static int read_enumerator(struct arena *arena, const struct type_view *btf, uint32_t id,
			   const uint32_t *numbers, int count, struct request *request,
			   struct reason *why)
{
	const struct btf_type *type = type_view_strip(btf, &id);

	if (!type)
		return reason_set(why, -EBADMSG, "type [%u] leads to a type that is not there", id);
	if (!type_view_is_enum(type_view_kind(btf, type)))
		return broken(request, "an enumerator of a type that is no enum");
	if (count != 1 || numbers[0] >= type_view_vlen(btf, type))
		return broken(request, "an enumerator that the enum does not have");
	return symbol_read(arena, btf, type_view_enumerator(btf, type, numbers[0]),
			   &request->enumerator, why);
}

/* A zero-length array may be indexed when it ends its struct; @previous is the step to it. */
static bool is_flexible(const struct type_view *btf, uint32_t elements,
			const struct accessor *previous, const struct btf_type *owner,
			uint32_t member)
{
	return !elements && previous->name.length && member == type_view_vlen(btf, owner) - 1;
}

static int read_field(struct arena *arena, const struct type_view *btf, uint32_t id,
		      const uint32_t *numbers, int count, struct request *request,
		      struct reason *why)
{
	const struct btf_type *owner = NULL, *type;
	struct accessor *accessors, *last;
	uint32_t member = 0;
	int err;

	accessors = arena_alloc(arena, (size_t)count * sizeof(*accessors));
	if (!accessors)
		return reason_set(why, -ENOMEM, "out of memory");
	request->accessors = accessors;
	request->accessor_count = 1;
	accessors[0] = (struct accessor){{"", 0, 0}, numbers[0], NULL};
	if (!type_view_strip(btf, &id))
		return reason_set(why, -EBADMSG, "type [%u] leads to a type that is not there", id);
	if (type_view_resolve_size(btf, id, ANY_POINTER_SIZE) < 0)
		return broken(request, "a field of a type without a size");
	for (int i = 1; i < count; i++) {
		last = &accessors[request->accessor_count];
		type = type_view_strip(btf, &id);
		if (!type)
			return reason_set(why, -EBADMSG,
					  "type [%u] leads to a type that is not there", id);
		if (type_view_is_composite(type_view_kind(btf, type))) {
			const struct btf_member *m = type_view_members(type) + numbers[i];
			uint32_t name;

			if (numbers[i] >= type_view_vlen(btf, type))
				return broken(request, "a member that the struct does not have");
			id = type_view_u32(btf, m->type);
			name = type_view_u32(btf, m->name_off);
			if (!name)
				continue;
			owner = type;
			member = numbers[i];
			err = symbol_read(arena, btf, name, &last->name, why);
			if (!err)
				err = shape_build(arena, btf, id, SHAPE_FIELD, &last->shape, why);
			if (err)
				return err;
			if (!last->name.length)
				return broken(request, "a member with an empty name");
		} else if (type_view_kind(btf, type) == BTF_KIND_ARRAY) {
			uint32_t elements = type_view_elements(btf, type);

			if (numbers[i] >= elements &&
			    !is_flexible(btf, elements, last - 1, owner, member))
				return broken(request, "an index past the end of the array");
			id = type_view_u32(btf, type_view_array(type)->type);
			if (!type_view_strip(btf, &id))
				return reason_set(why, -EBADMSG,
						  "type [%u] leads to a type that is not there",
						  id);
			if (type_view_resolve_size(btf, id, ANY_POINTER_SIZE) < 0)
				return broken(request, "an array of a type without a size");
			*last = (struct accessor){{"", 0, 0}, numbers[i], NULL};
		} else {
			return broken(request, "a member of a type that has none");
		}
		request->accessor_count++;
	}
	return 0;
}

int local_spec_read(struct arena *arena, const struct type_view *btf, const struct core_relo *relo,
		    struct request *ret_request, struct reason *why)
{
	struct request_root *root = &ret_request->root_type;
	uint32_t numbers[REQUEST_STEPS_MAX];
	const struct btf_type *type;
	const char *access;
	int count, err;

	if (relo->kind >= CORE_RELO_KINDS)
		return reason_set(why, -EOPNOTSUPP, "CO-RE relocation kind %u is not known",
				  relo->kind);
	*ret_request = (struct request){
		.kind = relo->kind,
		.root = REQUEST_NO_ROOT,
		.enumerator.text = "",
	};
	type = type_view_type(btf, relo->type_id);
	if (!type)
		return reason_set(why, -EBADMSG, "type [%u] is not there", relo->type_id);
	root->kind = type_view_kind(btf, type);
	if (root->kind == TYPE_VIEW_KIND_ENUM64)
		root->kind = BTF_KIND_ENUM;
	err = symbol_read(arena, btf, type_view_name_offset(btf, type), &root->name, why);
	if (err)
		return err;
	access = type_view_string(btf, relo->access_offset);
	if (!access)
		return reason_set(why, -EBADMSG, "string offset %u is past the end (%u)",
				  relo->access_offset, btf->strings_size);
	if (!root->name.length)
		return broken(ret_request, "libbpf relocates no types without a name");
	count = parse_access(access, numbers);
	if (count < 0)
		return broken(ret_request, "its access string is not of the form 0:1:2");
	if (core_relo_is_field(relo->kind))
		return read_field(arena, btf, relo->type_id, numbers, count, ret_request, why);
	if (core_relo_is_enumerator(relo->kind))
		return read_enumerator(arena, btf, relo->type_id, numbers, count, ret_request, why);
	if (strcmp(access, "0") != 0)
		return broken(ret_request, "a relocation of a type with an access string");
	return shape_build(arena, btf, relo->type_id,
			   relo->kind == CORE_RELO_TYPE_MATCHES ? SHAPE_MATCHING : SHAPE_COMPATIBLE,
			   &ret_request->shape, why);
}
