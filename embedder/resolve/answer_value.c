/* SPDX-License-Identifier: MIT */
/*
 * In: a request and where it was found in a candidate. Out: the value that libbpf would put into
 * the instruction (libbpf: bpf_core_calc_field_relo, _type_relo, _enumval_relo).
 */
#include "embedder/resolve/matcher.h"

/* The type that a load or store of the field would access: an array counts by its element. */
static bool note_access(const struct matcher *matcher, uint32_t type_id, struct answer_value *value)
{
	const struct type_view *types = matcher->types;
	uint32_t id = type_id;
	const struct btf_type *type = type_view_strip(types, &id);
	int64_t size;

	if (!type)
		return false;
	value->access_kind = type_view_kind(types, type);
	value->encoding =
		value->access_kind == BTF_KIND_INT ? type_view_int_encoding(types, type) : 0;
	/* A cycle of arrays ends in resolve_size, which has a bound. */
	for (unsigned int i = 0; i < REQUEST_STEPS_MAX; i++) {
		if (type_view_kind(types, type) != BTF_KIND_ARRAY)
			break;
		id = type_view_u32(types, type_view_array(type)->type);
		type = type_view_strip(types, &id);
		if (!type)
			return false;
	}
	size = type_view_resolve_size(types, id, matcher->pointer_size);
	value->size = size < 0 ? 0 : size;
	return size >= 0;
}

static int index_value(const struct matcher *matcher, const struct request *request,
		       struct answer_match *match, struct answer_value *value)
{
	int64_t size;

	switch (request->kind) {
	case CORE_RELO_FIELD_BYTE_OFFSET:
		value->value = match->bit_offset / 8;
		if (!note_access(matcher, match->owner, value))
			return answer_refuse(match, -EINVAL);
		return ANSWER_MATCH;
	case CORE_RELO_FIELD_BYTE_SIZE:
		size = type_view_resolve_size(matcher->types, match->owner, matcher->pointer_size);
		if (size < 0)
			return answer_refuse(match, -EINVAL);
		value->value = size;
		return ANSWER_MATCH;
	default:
		return answer_refuse(match, -EINVAL);
	}
}

/* Where a member's bytes are; for a bit-field those of the load that holds all its bits. */
struct extent {
	uint32_t byte_offset, byte_size, bit_offset, bit_size;
	bool is_bitfield;
};

/* For other kinds the word that libbpf reads as the size means something else. */
static bool has_size_word(uint32_t kind)
{
	return kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT || type_view_is_enum(kind) ||
	       type_view_is_composite(kind);
}

static int find_extent(const struct matcher *matcher, struct answer_match *match, uint32_t type_id,
		       struct extent *e)
{
	const struct type_view *types = matcher->types;
	const struct btf_type *owner = type_view_type(types, match->owner);
	const struct btf_type *type = type_view_strip(types, &type_id);
	int64_t size;

	if (!type)
		return matcher_bad_type(matcher, type_id);
	e->bit_offset = match->bit_offset;
	e->bit_size = type_view_bit_size(types, owner, match->member);
	e->is_bitfield = e->bit_size > 0;
	if (!e->is_bitfield) {
		size = type_view_resolve_size(types, type_id, matcher->pointer_size);
		if (size < 0)
			return answer_refuse(match, -EINVAL);
		e->byte_size = size;
		e->byte_offset = e->bit_offset / 8;
		e->bit_size = e->byte_size * 8;
		return ANSWER_MATCH;
	}
	e->byte_size = has_size_word(type_view_kind(types, type)) ? type_view_size(types, type) : 0;
	if (!e->byte_size)
		return reason_set(matcher->why, -EBADMSG,
				  "type [%u]: a bit-field of a type without size", match->owner);
	e->byte_offset = e->bit_offset / 8 / e->byte_size * e->byte_size;
	while (e->bit_offset + e->bit_size - e->byte_offset * 8 > e->byte_size * 8) {
		if (e->byte_size >= 8)
			return answer_refuse(match, -E2BIG);
		e->byte_size *= 2;
		e->byte_offset = e->bit_offset / 8 / e->byte_size * e->byte_size;
	}
	return ANSWER_MATCH;
}

static bool is_signed(const struct type_view *types, uint32_t id)
{
	const struct btf_type *type = type_view_strip(types, &id);
	uint32_t kind = type ? type_view_kind(types, type) : 0;

	if (type_view_is_enum(kind))
		return type_view_kind_flag(types, type);
	return kind == BTF_KIND_INT && type_view_int_encoding(types, type) & BTF_INT_SIGNED;
}

/* The byte order is the target's: a BPF program for it has the same. */
static bool is_little_endian(const struct type_view *types)
{
	return (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) != type_view_is_foreign(types);
}

static int field_value(const struct matcher *matcher, const struct request *request,
		       struct answer_match *match, struct answer_value *value)
{
	const struct type_view *types = matcher->types;
	struct extent e = {0};
	uint32_t type_id;
	int result;

	if (request->kind == CORE_RELO_FIELD_EXISTS) {
		value->value = 1;
		return ANSWER_MATCH;
	}
	if (match->is_index)
		return index_value(matcher, request, match, value);
	type_id = type_view_u32(
		types, type_view_members(type_view_type(types, match->owner))[match->member].type);
	result = find_extent(matcher, match, type_id, &e);
	if (result != ANSWER_MATCH)
		return result;
	switch (request->kind) {
	case CORE_RELO_FIELD_BYTE_OFFSET:
		value->value = e.byte_offset;
		if (!e.is_bitfield && !note_access(matcher, type_id, value))
			return answer_refuse(match, -EINVAL);
		break;
	case CORE_RELO_FIELD_BYTE_SIZE:
		value->value = e.byte_size;
		break;
	case CORE_RELO_FIELD_SIGNED:
		value->value = is_signed(types, type_id);
		break;
	case CORE_RELO_FIELD_LSHIFT_U64:
		if (is_little_endian(types))
			value->value =
				(uint32_t)(64 - (e.bit_offset + e.bit_size - e.byte_offset * 8));
		else
			value->value = (uint32_t)((8 - e.byte_size) * 8 +
						  (e.bit_offset - e.byte_offset * 8));
		break;
	case CORE_RELO_FIELD_RSHIFT_U64:
		value->value = (uint32_t)(64 - e.bit_size);
		break;
	default:
		return answer_refuse(match, -EOPNOTSUPP);
	}
	return ANSWER_MATCH;
}

static void enumerator_value(const struct type_view *types, const struct answer_match *match,
			     struct answer_value *value)
{
	const struct btf_type *type = type_view_type(types, match->owner);

	if (type_view_kind(types, type) == BTF_KIND_ENUM) {
		const struct btf_enum *e = (const struct btf_enum *)(type + 1) + match->member;

		value->value = (uint64_t)(int64_t)(int32_t)type_view_u32(types, (uint32_t)e->val);
	} else {
		const struct type_view_enum64 *e =
			(const struct type_view_enum64 *)(type + 1) + match->member;

		value->value = (uint64_t)type_view_u32(types, e->value_high) << 32 |
			       type_view_u32(types, e->value_low);
	}
}

int answer_value(const struct matcher *matcher, const struct request *request, uint32_t id,
		 struct answer_match *match, struct answer_value *value)
{
	int64_t size;

	*value = (struct answer_value){.value = 1};
	if (request->kept)
		return ANSWER_MATCH;
	if (core_relo_is_field(request->kind))
		return field_value(matcher, request, match, value);
	switch (request->kind) {
	case CORE_RELO_TYPE_ID_TARGET:
		value->value = id;
		return ANSWER_MATCH;
	case CORE_RELO_TYPE_SIZE:
		size = type_view_resolve_size(matcher->types, id, matcher->pointer_size);
		if (size < 0)
			return answer_refuse(match, -EINVAL);
		value->value = size;
		return ANSWER_MATCH;
	case CORE_RELO_ENUMVAL_VALUE:
		enumerator_value(matcher->types, match, value);
		return ANSWER_MATCH;
	default: /* exists and matches: 1 */
		return ANSWER_MATCH;
	}
}
