/* SPDX-License-Identifier: MIT */
/*
 * In: a request and where it was found in a candidate. Out: the value that libbpf would put into
 * the instruction (libbpf: bpf_core_calc_field_relo, _type_relo, _enumval_relo).
 */
#include "embedder/resolve/target.h"

/* The type that a load or store of the field would access: an array counts by its element. */
static bool note_access(const struct target *target, uint32_t type_id, struct target_value *value)
{
	const struct btf_view *btf = target->btf;
	uint32_t id = type_id;
	const struct btf_type *type = btf_view_strip(btf, &id);
	int64_t size;

	if (!type)
		return false;
	value->access_kind = btf_view_kind(btf, type);
	value->encoding = value->access_kind == BTF_KIND_INT ? btf_view_int_encoding(btf, type) : 0;
	/* A cycle of arrays ends in resolve_size, which has a bound. */
	for (unsigned int i = 0; i < REQUEST_STEPS_MAX; i++) {
		if (btf_view_kind(btf, type) != BTF_KIND_ARRAY)
			break;
		id = btf_view_u32(btf, btf_view_array(type)->type);
		type = btf_view_strip(btf, &id);
		if (!type)
			return false;
	}
	size = btf_view_resolve_size(btf, id, target->pointer_size);
	value->size = size < 0 ? 0 : size;
	return size >= 0;
}

static int index_value(const struct target *target, const struct request *request,
		       struct target_match *match, struct target_value *value)
{
	int64_t size;

	switch (request->kind) {
	case CORE_RELO_FIELD_BYTE_OFFSET:
		value->value = match->bit_offset / 8;
		if (!note_access(target, match->owner, value))
			return target_refuse(match, -EINVAL);
		return TARGET_MATCH;
	case CORE_RELO_FIELD_BYTE_SIZE:
		size = btf_view_resolve_size(target->btf, match->owner, target->pointer_size);
		if (size < 0)
			return target_refuse(match, -EINVAL);
		value->value = size;
		return TARGET_MATCH;
	default:
		return target_refuse(match, -EINVAL);
	}
}

/* Where a member's bytes are; for a bit-field those of the load that holds all its bits. */
struct extent {
	uint32_t byte_offset, byte_size, bit_offset, bit_size;
	bool is_bitfield;
};

/* Of other kinds the word that libbpf takes for the size means something else. */
static bool has_size_word(uint32_t kind)
{
	return kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT || btf_view_is_enum(kind) ||
	       btf_view_is_composite(kind);
}

static int find_extent(const struct target *target, struct target_match *match, uint32_t type_id,
		       struct extent *e)
{
	const struct btf_view *btf = target->btf;
	const struct btf_type *owner = btf_view_type(btf, match->owner);
	const struct btf_type *type = btf_view_strip(btf, &type_id);
	int64_t size;

	if (!type)
		return target_bad_type(target, type_id);
	e->bit_offset = match->bit_offset;
	e->bit_size = btf_view_bit_size(btf, owner, match->member);
	e->is_bitfield = e->bit_size > 0;
	if (!e->is_bitfield) {
		size = btf_view_resolve_size(btf, type_id, target->pointer_size);
		if (size < 0)
			return target_refuse(match, -EINVAL);
		e->byte_size = size;
		e->byte_offset = e->bit_offset / 8;
		e->bit_size = e->byte_size * 8;
		return TARGET_MATCH;
	}
	e->byte_size = has_size_word(btf_view_kind(btf, type)) ? btf_view_size(btf, type) : 0;
	if (!e->byte_size)
		return reason_set(target->why, -EBADMSG,
				  "type [%u]: a bit-field of a type without size", match->owner);
	e->byte_offset = e->bit_offset / 8 / e->byte_size * e->byte_size;
	while (e->bit_offset + e->bit_size - e->byte_offset * 8 > e->byte_size * 8) {
		if (e->byte_size >= 8)
			return target_refuse(match, -E2BIG);
		e->byte_size *= 2;
		e->byte_offset = e->bit_offset / 8 / e->byte_size * e->byte_size;
	}
	return TARGET_MATCH;
}

static bool is_signed(const struct btf_view *btf, uint32_t id)
{
	const struct btf_type *type = btf_view_strip(btf, &id);
	uint32_t kind = type ? btf_view_kind(btf, type) : 0;

	if (btf_view_is_enum(kind))
		return btf_view_kind_flag(btf, type);
	return kind == BTF_KIND_INT && btf_view_int_encoding(btf, type) & BTF_INT_SIGNED;
}

/* The byte order is the target's: a BPF program for it has the same. */
static bool is_little_endian(const struct btf_view *btf)
{
	return (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) != btf->swapped;
}

static int field_value(const struct target *target, const struct request *request,
		       struct target_match *match, struct target_value *value)
{
	const struct btf_view *btf = target->btf;
	struct extent e = {0};
	uint32_t type_id;
	int result;

	if (request->kind == CORE_RELO_FIELD_EXISTS) {
		value->value = 1;
		return TARGET_MATCH;
	}
	if (match->is_index)
		return index_value(target, request, match, value);
	type_id = btf_view_u32(
		btf, btf_view_members(btf_view_type(btf, match->owner))[match->member].type);
	result = find_extent(target, match, type_id, &e);
	if (result != TARGET_MATCH)
		return result;
	switch (request->kind) {
	case CORE_RELO_FIELD_BYTE_OFFSET:
		value->value = e.byte_offset;
		if (!e.is_bitfield && !note_access(target, type_id, value))
			return target_refuse(match, -EINVAL);
		break;
	case CORE_RELO_FIELD_BYTE_SIZE:
		value->value = e.byte_size;
		break;
	case CORE_RELO_FIELD_SIGNED:
		value->value = is_signed(btf, type_id);
		break;
	case CORE_RELO_FIELD_LSHIFT_U64:
		if (is_little_endian(btf))
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
		return target_refuse(match, -EOPNOTSUPP);
	}
	return TARGET_MATCH;
}

static void enumerator_value(const struct btf_view *btf, const struct target_match *match,
			     struct target_value *value)
{
	const struct btf_type *type = btf_view_type(btf, match->owner);

	if (btf_view_kind(btf, type) == BTF_KIND_ENUM) {
		const struct btf_enum *e = (const struct btf_enum *)(type + 1) + match->member;

		value->value = (uint64_t)(int64_t)(int32_t)btf_view_u32(btf, (uint32_t)e->val);
	} else {
		const struct btf_view_enum64 *e =
			(const struct btf_view_enum64 *)(type + 1) + match->member;

		value->value = (uint64_t)btf_view_u32(btf, e->value_high) << 32 |
			       btf_view_u32(btf, e->value_low);
	}
}

int target_value(const struct target *target, const struct request *request, uint32_t id,
		 struct target_match *match, struct target_value *value)
{
	int64_t size;

	*value = (struct target_value){0};
	if (core_relo_is_field(request->kind))
		return field_value(target, request, match, value);
	switch (request->kind) {
	case CORE_RELO_TYPE_ID_TARGET:
		value->value = id;
		return TARGET_MATCH;
	case CORE_RELO_TYPE_SIZE:
		size = btf_view_resolve_size(target->btf, id, target->pointer_size);
		if (size < 0)
			return target_refuse(match, -EINVAL);
		value->value = size;
		return TARGET_MATCH;
	case CORE_RELO_ENUMVAL_VALUE:
		enumerator_value(target->btf, match, value);
		return TARGET_MATCH;
	default: /* exists and matches */
		value->value = 1;
		return TARGET_MATCH;
	}
}
