/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_composite.h"

#include <dwarf.h>

#include "embedder/dwarf/dwarf_member.h"
#include "runtime/types/type_view.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

/* The fields of a member's word in a struct with bit-fields. */
#define BIT_OFFSET_MAX 0xffffff
#define BIT_SIZE_MAX   0xff

/* Typedefs and qualifiers in front of a bit-field's type. */
#define STEPS_MAX 100

/* A member as it was read; where it is goes into its word when all members are known, since a
 * bit-field changes the meaning of that word for all of them. */
struct member_list {
	bool has_bit_field;
	struct {
		uint64_t bit_offset, bit_size;
	} * members;
	size_t capacity;
};

static void free_members(struct member_list *list)
{
	free(list->members);
}

/* Size in bytes of a bit-field's type: DW_AT_byte_size of the member in DWARF 2 and 3, else that of
 * the type. */
static int storage_size(struct dwarf_made *type, const struct dwarf_die *die, uint64_t *ret_size)
{
	struct dwarf_units *units = type->conversion->digester.units;
	struct dwarf_entry entry;
	uint64_t place = 0;
	int err = dwarf_made_number(type, die, DW_AT_byte_size, ret_size);
	int found = err || *ret_size ? 0 : dwarf_die_reference(die, DW_AT_type, &place, type->why);

	for (unsigned int i = 0; found > 0 && place && i < STEPS_MAX; i++) {
		err = dwarf_entry_open(units, place, &entry, type->why);
		if (err)
			return err;
		*ret_size = dwarf_entry_get(&entry, DWARF_BYTE_SIZE, 0);
		if (*ret_size)
			return 0;
		place = dwarf_entry_get(&entry, DWARF_TYPE, 0);
	}
	return err ? err : found < 0 ? found : 0;
}

static int read_member(struct dwarf_made *type, const struct dwarf_die *die,
		       struct dwarf_member *ret_member)
{
	struct dwarf_member member = {.has_data_bit_offset = false};
	int found = dwarf_die_number(die, DW_AT_data_bit_offset, &member.data_bit_offset, NULL,
				     type->why);
	int err = found < 0 ? found : 0;

	member.has_data_bit_offset = found > 0;
	if (!err)
		err = dwarf_made_number(type, die, DW_AT_bit_size, &member.bit_size);
	if (!err && !member.has_data_bit_offset)
		err = dwarf_made_number(type, die, DW_AT_data_member_location, &member.location);
	if (!err && !member.has_data_bit_offset && member.bit_size) {
		err = dwarf_made_number(type, die, DW_AT_bit_offset, &member.bit_offset);
		if (!err)
			err = storage_size(type, die, &member.storage_size);
	}
	*ret_member = member;
	return err;
}

static int add_member(struct dwarf_made *type, const struct dwarf_die *die, uint16_t tag,
		      void *context)
{
	struct member_list *list = context;
	struct dwarf_member member;
	uint32_t id;
	int err;

	if (tag != DW_TAG_member)
		return 0;
	err = read_member(type, die, &member);
	if (!err)
		err = dwarf_made_reference(type, die, &id);
	if (!err && array_reserve(list->members, list->capacity, (size_t)type->parts + 1))
		err = dwarf_made_fail(type, -ENOMEM);
	if (err)
		return err;
	list->members[type->parts].bit_offset = dwarf_member_bit_offset(
		&member, type->conversion->digester.units->sections->big_endian);
	list->members[type->parts].bit_size = member.bit_size;
	list->has_bit_field = list->has_bit_field || member.bit_size;
	err = dwarf_made_put_name(type, die);
	if (!err)
		err = dwarf_made_put(type, id);
	if (!err)
		err = dwarf_made_put(type, 0);
	return err ? err : dwarf_made_add_part(type);
}

static int place_members(struct dwarf_made *type, const struct member_list *list)
{
	struct dwarf_store *store = &type->conversion->store;
	struct btf_member *members =
		(struct btf_member *)(store->types + type->start + sizeof(struct btf_type));

	for (uint32_t i = 0; i < type->parts; i++) {
		uint64_t offset = list->members[i].bit_offset, size = list->members[i].bit_size;

		if (offset > (list->has_bit_field ? BIT_OFFSET_MAX : UINT32_MAX) ||
		    size > BIT_SIZE_MAX)
			return dwarf_made_too_large(type, "a member at an offset");
		members[i].offset = dwarf_store_word(store, (uint32_t)(size << 24 | offset));
	}
	return 0;
}

int dwarf_make_composite(struct dwarf_made *type)
{
	_cleanup_(free_members) struct member_list list = {.members = NULL};
	uint32_t kind = type->tag == DW_TAG_union_type ? BTF_KIND_UNION : BTF_KIND_STRUCT;
	uint32_t size;
	int err = dwarf_made_size(type, &size);

	if (!err)
		err = dwarf_made_start(type, &type->die);
	if (!err)
		err = dwarf_made_each_child(type, add_member, &list);
	if (!err)
		err = place_members(type, &list);
	if (!err)
		dwarf_made_finish(type, kind, list.has_bit_field, size);
	return err;
}

/* --- enums ------------------------------------------------------------------------------------ */

struct enumerators {
	bool is_wide, is_signed;
};

static int add_enumerator(struct dwarf_made *type, const struct dwarf_die *die, uint16_t tag,
			  void *context)
{
	struct enumerators *enumerators = context;
	bool negative = false;
	uint64_t value = 0;
	int err;

	if (tag != DW_TAG_enumerator)
		return 0;
	err = dwarf_die_number(die, DW_AT_const_value, &value, &negative, type->why);
	if (err < 0)
		return err;
	enumerators->is_signed = enumerators->is_signed || negative;
	err = dwarf_made_put_name(type, die);
	if (!err)
		err = dwarf_made_put(type, (uint32_t)value);
	if (!err && enumerators->is_wide)
		err = dwarf_made_put(type, (uint32_t)(value >> 32));
	return err ? err : dwarf_made_add_part(type);
}

int dwarf_make_enum(struct dwarf_made *type)
{
	struct enumerators enumerators = {.is_wide = false};
	uint32_t size;
	int err = dwarf_made_size(type, &size);

	enumerators.is_wide = size > 4;
	if (!err)
		err = dwarf_made_start(type, &type->die);
	if (!err)
		err = dwarf_made_each_child(type, add_enumerator, &enumerators);
	if (!err)
		dwarf_made_finish(type, enumerators.is_wide ? TYPE_VIEW_KIND_ENUM64 : BTF_KIND_ENUM,
				  enumerators.is_signed, size);
	return err;
}
