/* SPDX-License-Identifier: MIT */
/*
 * In: an entry of DWARF. Out: the BTF type that pahole makes of it, since kernels' own BTF is
 * pahole's and a relocation has to find the same in both:
 *
 *  - the dimensions of an array are multiplied into one,
 *  - an array's index is an INT of its own, __ARRAY_SIZE_TYPE__,
 *  - DW_ATE_boolean is BOOL, a signed number or character SIGNED, anything else has no encoding,
 *  - an enum with a value below 0 is signed; one larger than 4 bytes is an ENUM64.
 *
 * A declaration becomes the definition, or a FWD where the kernel has none.
 */
#include "embedder/dwarf/dwarf_maker.h"

#include <dwarf.h>

#include "embedder/dwarf/dwarf_member.h"
#include "embedder/types/type_view.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

/* Parts of a type in older readers' 16 bits, and the fields of a member with a bit-field. */
#define PARTS_MAX      UINT16_MAX
#define BIT_OFFSET_MAX 0xffffff
#define BIT_SIZE_MAX   0xff

/* Qualifiers that BTF does not have, one on the other, and references from unit to unit. */
#define STEPS_MAX 100

/* Units whose abbreviations are kept, some 14 kB for each. */
#define LOADED_MAX 256

/* A type in the making. */
struct made_type {
	struct dwarf_maker *maker;
	struct reason *why;
	struct dwarf_die die;
	uint16_t tag;
	uint32_t start; /* in the store */
	uint32_t parts;
};

static int too_large(struct made_type *type, const char *what)
{
	return reason_set(type->why, -E2BIG,
			  "DWARF: the type at 0x%llx has %s, more than BTF can hold",
			  (unsigned long long)dwarf_place_offset(type->maker->type_place), what);
}

static int fail(struct made_type *type, int err)
{
	if (err == -ENOMEM)
		return reason_set(type->why, err, "out of memory");
	if (err == -E2BIG)
		return reason_set(type->why, err,
				  "DWARF: there are more types or strings than BTF can hold");
	return err;
}

/* --- ids -------------------------------------------------------------------------------------- */

int dwarf_maker_id(struct dwarf_maker *maker, uint64_t place, uint32_t *ret_id, struct reason *why)
{
	struct made_type type = {.maker = maker, .why = why};
	uint64_t digest;
	int err = dwarf_digest(&maker->digester, place, &digest, why);

	if (err)
		return err;
	return fail(&type, dwarf_types_add(&maker->types, digest, place, DWARF_MADE_TYPE, ret_id));
}

/* The id of what an attribute of @die refers to; 0 (void) without it. */
static int reference(struct made_type *type, const struct dwarf_die *die, uint32_t *ret_id)
{
	uint64_t place;
	int found = dwarf_die_reference(die, DW_AT_type, &place, type->why);

	*ret_id = 0;
	return found > 0 ? dwarf_maker_id(type->maker, place, ret_id, type->why) : found;
}

/* --- words ------------------------------------------------------------------------------------ */

static int put(struct made_type *type, uint32_t value)
{
	uint32_t *word = dwarf_store_add(&type->maker->store, 1);

	if (!word)
		return fail(type, -E2BIG);
	*word = dwarf_store_word(&type->maker->store, value);
	return 0;
}

static int put_text(struct made_type *type, const char *text)
{
	uint32_t offset;
	int err = dwarf_store_string(&type->maker->store, text, &offset);

	return err ? fail(type, err) : put(type, offset);
}

static int put_name(struct made_type *type, const struct dwarf_die *die)
{
	const char *name;
	int err = dwarf_die_name(die, &name, type->why);

	return err ? err : put_text(type, name);
}

/* The words that every type starts with; info and the last word are set by finish(). */
static int start(struct made_type *type, const struct dwarf_die *named)
{
	int err = named ? put_name(type, named) : put(type, 0);

	if (!err)
		err = put(type, 0);
	return err ? err : put(type, 0);
}

static void finish(struct made_type *type, uint32_t kind, bool flag, uint32_t size_or_type)
{
	struct dwarf_store *store = &type->maker->store;
	struct btf_type *made = (struct btf_type *)(store->types + type->start);

	made->info = dwarf_store_word(store, (uint32_t)flag << 31 | kind << 24 | type->parts);
	made->size = dwarf_store_word(store, size_or_type);
}

static int add_part(struct made_type *type)
{
	return ++type->parts > PARTS_MAX ? too_large(type, "too many members") : 0;
}

/* An attribute of the entry as a number; 0 without it. */
static int number(struct made_type *type, const struct dwarf_die *die, unsigned int attribute,
		  uint64_t *ret_number)
{
	int found;

	*ret_number = 0;
	found = dwarf_die_number(die, attribute, ret_number, NULL, type->why);
	return found < 0 ? found : 0;
}

static int size_of(struct made_type *type, uint32_t *ret_size)
{
	uint64_t size;
	int err = number(type, &type->die, DW_AT_byte_size, &size);

	*ret_size = (uint32_t)size;
	if (!err && size > UINT32_MAX)
		err = too_large(type, "a size of 4 GiB or more");
	return err;
}

typedef int (*child_fn)(struct made_type *type, const struct dwarf_die *child, uint16_t tag,
			void *context);

static int each_child(struct made_type *type, child_fn visit, void *context)
{
	_cleanup_(dwarf_die_close) struct dwarf_die child = {.die = NULL};
	int more = dwarf_die_child(&type->die, &child, type->why);

	while (more > 0) {
		uint16_t tag;
		int err = dwarf_die_tag(&child, &tag, type->why);

		if (!err)
			err = visit(type, &child, tag, context);
		if (err)
			return err;
		more = dwarf_die_next(&child, type->why);
	}
	return more;
}

/* --- structs and unions ----------------------------------------------------------------------- */

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
static int storage_size(struct made_type *type, const struct dwarf_die *die, uint64_t *ret_size)
{
	struct dwarf_units *units = type->maker->digester.units;
	struct dwarf_entry entry;
	uint64_t place = 0;
	int err = number(type, die, DW_AT_byte_size, ret_size);
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

static int read_member(struct made_type *type, const struct dwarf_die *die,
		       struct dwarf_member *ret_member)
{
	struct dwarf_member member = {.has_data_bit_offset = false};
	int found = dwarf_die_number(die, DW_AT_data_bit_offset, &member.data_bit_offset, NULL,
				     type->why);
	int err = found < 0 ? found : 0;

	member.has_data_bit_offset = found > 0;
	if (!err)
		err = number(type, die, DW_AT_bit_size, &member.bit_size);
	if (!err && !member.has_data_bit_offset)
		err = number(type, die, DW_AT_data_member_location, &member.location);
	if (!err && !member.has_data_bit_offset && member.bit_size) {
		err = number(type, die, DW_AT_bit_offset, &member.bit_offset);
		if (!err)
			err = storage_size(type, die, &member.storage_size);
	}
	*ret_member = member;
	return err;
}

static int add_member(struct made_type *type, const struct dwarf_die *die, uint16_t tag,
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
		err = reference(type, die, &id);
	if (!err && array_reserve(list->members, list->capacity, (size_t)type->parts + 1))
		err = fail(type, -ENOMEM);
	if (err)
		return err;
	list->members[type->parts].bit_offset =
		dwarf_member_bit_offset(&member, type->maker->digester.units->sections->big_endian);
	list->members[type->parts].bit_size = member.bit_size;
	list->has_bit_field = list->has_bit_field || member.bit_size;
	err = put_name(type, die);
	if (!err)
		err = put(type, id);
	if (!err)
		err = put(type, 0);
	return err ? err : add_part(type);
}

static int place_members(struct made_type *type, const struct member_list *list)
{
	struct dwarf_store *store = &type->maker->store;
	struct btf_member *members =
		(struct btf_member *)(store->types + type->start + sizeof(struct btf_type));

	for (uint32_t i = 0; i < type->parts; i++) {
		uint64_t offset = list->members[i].bit_offset, size = list->members[i].bit_size;

		if (offset > (list->has_bit_field ? BIT_OFFSET_MAX : UINT32_MAX) ||
		    size > BIT_SIZE_MAX)
			return too_large(type, "a member at an offset");
		members[i].offset = dwarf_store_word(store, (uint32_t)(size << 24 | offset));
	}
	return 0;
}

static int make_composite(struct made_type *type)
{
	_cleanup_(free_members) struct member_list list = {.members = NULL};
	uint32_t kind = type->tag == DW_TAG_union_type ? BTF_KIND_UNION : BTF_KIND_STRUCT;
	uint32_t size;
	int err = size_of(type, &size);

	if (!err)
		err = start(type, &type->die);
	if (!err)
		err = each_child(type, add_member, &list);
	if (!err)
		err = place_members(type, &list);
	if (!err)
		finish(type, kind, list.has_bit_field, size);
	return err;
}

/* --- enums ------------------------------------------------------------------------------------ */

struct enumerators {
	bool is_wide, is_signed;
};

static int add_enumerator(struct made_type *type, const struct dwarf_die *die, uint16_t tag,
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
	err = put_name(type, die);
	if (!err)
		err = put(type, (uint32_t)value);
	if (!err && enumerators->is_wide)
		err = put(type, (uint32_t)(value >> 32));
	return err ? err : add_part(type);
}

static int make_enum(struct made_type *type)
{
	struct enumerators enumerators = {.is_wide = false};
	uint32_t size;
	int err = size_of(type, &size);

	enumerators.is_wide = size > 4;
	if (!err)
		err = start(type, &type->die);
	if (!err)
		err = each_child(type, add_enumerator, &enumerators);
	if (!err)
		finish(type, enumerators.is_wide ? TYPE_VIEW_KIND_ENUM64 : BTF_KIND_ENUM,
		       enumerators.is_signed, size);
	return err;
}

/* --- other types ------------------------------------------------------------------------------ */

static int make_forward(struct made_type *type)
{
	int err = start(type, &type->die);

	if (!err && type->tag == DW_TAG_enumeration_type)
		finish(type, BTF_KIND_ENUM, false, 4);
	else if (!err)
		finish(type, BTF_KIND_FWD, type->tag == DW_TAG_union_type, 0);
	return err;
}

static int make_base(struct made_type *type)
{
	uint64_t encoding;
	uint32_t size, flags = 0;
	int err = size_of(type, &size);

	if (!err)
		err = number(type, &type->die, DW_AT_encoding, &encoding);
	if (!err)
		err = start(type, &type->die);
	if (err)
		return err;
	if (encoding == DW_ATE_float) {
		finish(type, BTF_KIND_FLOAT, false, size);
		return 0;
	}
	/* BTF has no others; nothing that a program can read has such a type. */
	if (!size || size > 16 || (size & (size - 1)))
		return too_large(type, "a size that integers of BTF cannot have");
	if (encoding == DW_ATE_boolean)
		flags = BTF_INT_BOOL;
	else if (encoding == DW_ATE_signed || encoding == DW_ATE_signed_char)
		flags = BTF_INT_SIGNED;
	finish(type, BTF_KIND_INT, false, size);
	return put(type, flags << 24 | size * 8);
}

static int make_array_index(struct made_type *type)
{
	int err = put_text(type, "__ARRAY_SIZE_TYPE__");

	if (!err)
		err = put(type, 0);
	if (!err)
		err = put(type, 0);
	finish(type, BTF_KIND_INT, false, 4);
	return err ? err : put(type, 32);
}

static int multiply_dimension(struct made_type *type, const struct dwarf_die *die, uint16_t tag,
			      void *context)
{
	uint64_t *elements = context, bound = 0;
	int found;

	if (tag != DW_TAG_subrange_type)
		return 0;
	found = dwarf_die_number(die, DW_AT_upper_bound, &bound, NULL, type->why);
	if (found > 0)
		bound++; /* -1 is how some compilers write [0] */
	else if (!found)
		found = dwarf_die_number(die, DW_AT_count, &bound, NULL, type->why);
	if (found < 0)
		return found;
	if (!found)
		bound = 0; /* [] */
	if (__builtin_mul_overflow(*elements, bound, elements) || *elements > UINT32_MAX)
		return too_large(type, "too many elements");
	return 0;
}

static int make_array(struct made_type *type)
{
	struct dwarf_maker *maker = type->maker;
	uint64_t elements = 1;
	uint32_t element, index;
	int err = each_child(type, multiply_dimension, &elements);

	if (!err)
		err = reference(type, &type->die, &element);
	if (!err)
		err = fail(type,
			   dwarf_types_add(&maker->types, dwarf_mix(DWARF_MADE_ARRAY_INDEX, 1), 0,
					   DWARF_MADE_ARRAY_INDEX, &index));
	if (!err)
		err = start(type, NULL);
	if (!err)
		err = put(type, element);
	if (!err)
		err = put(type, index);
	if (!err)
		err = put(type, (uint32_t)elements);
	if (!err)
		finish(type, BTF_KIND_ARRAY, false, 0);
	return err;
}

static int add_parameter(struct made_type *type, const struct dwarf_die *die, uint16_t tag,
			 void *context)
{
	uint32_t id = 0;
	int err = 0;

	if (tag != DW_TAG_formal_parameter && tag != DW_TAG_unspecified_parameters)
		return 0;
	if (tag == DW_TAG_formal_parameter)
		err = reference(type, die, &id);
	if (!err)
		err = tag == DW_TAG_formal_parameter ? put_name(type, die) : put(type, 0);
	if (!err)
		err = put(type, id);
	return err ? err : add_part(type);
}

static int make_prototype(struct made_type *type)
{
	uint32_t result;
	int err = reference(type, &type->die, &result);

	if (!err)
		err = start(type, NULL);
	if (!err)
		err = each_child(type, add_parameter, NULL);
	if (!err)
		finish(type, BTF_KIND_FUNC_PROTO, false, result);
	return err;
}

/* A function, and an id for its prototype. */
static int make_function(struct made_type *type, const struct dwarf_type *of)
{
	struct dwarf_maker *maker = type->maker;
	uint32_t prototype;
	uint64_t digest;
	int err = dwarf_digest_prototype(&maker->digester, of->place, &digest, type->why);

	if (!err)
		err = fail(type, dwarf_types_add(&maker->types, digest, of->place,
						 DWARF_MADE_PROTOTYPE, &prototype));
	if (!err)
		err = start(type, &type->die);
	if (!err)
		finish(type, BTF_KIND_FUNC, false, prototype);
	return err;
}

/* A type that refers to one other. */
static int make_reference(struct made_type *type, uint32_t kind)
{
	uint32_t target;
	int err = reference(type, &type->die, &target);

	if (!err)
		err = start(type, kind == BTF_KIND_TYPEDEF ? &type->die : NULL);
	if (!err)
		finish(type, kind, false, target);
	return err;
}

/* --- all -------------------------------------------------------------------------------------- */

/* Opens the entry that a type is made of: not a qualifier that BTF does not have, nor a stand-in
 * for a type unit, nor a declaration of what is defined elsewhere. */
static int open_entry(struct made_type *type, uint64_t place, bool *ret_forward)
{
	struct dwarf_maker *maker = type->maker;
	struct dwarf_units *units = maker->digester.units;
	const struct dwarf_definition *definition;
	struct dwarf_entry entry;
	struct dwarf_name name;
	int err;

	*ret_forward = false;
	for (unsigned int i = 0; i < STEPS_MAX; i++) {
		uint64_t next = 0;

		err = dwarf_entry_open(units, place, &entry, type->why);
		if (err)
			return err;
		type->tag = entry.abbrev->tag;
		if (type->tag == DW_TAG_atomic_type || type->tag == DW_TAG_packed_type) {
			next = dwarf_entry_get(&entry, DWARF_TYPE, 0);
		} else if (dwarf_entry_has(&entry, DWARF_SIGNATURE)) {
			next = entry.values[DWARF_SIGNATURE];
		} else if (dwarf_entry_is_declaration(&entry) && type->tag != DW_TAG_subprogram) {
			err = dwarf_names_get(maker->digester.names, units, &entry, &name,
					      type->why);
			if (err)
				return err;
			definition = dwarf_definitions_find(&maker->definitions, type->tag, &name);
			next = definition ? definition->place : 0;
			*ret_forward = !definition;
		}
		if (!next)
			return dwarf_die_open(maker->library, place, &type->die, type->why);
		place = next;
	}
	return reason_set(type->why, -EBADMSG, "DWARF: the type at 0x%llx stands for itself",
			  (unsigned long long)dwarf_place_offset(place));
}

static int make(struct made_type *type, const struct dwarf_type *of)
{
	bool forward;
	int err;

	if (of->made == DWARF_MADE_ARRAY_INDEX)
		return make_array_index(type);
	err = open_entry(type, of->place, &forward);
	if (err)
		return err;
	if (forward)
		return make_forward(type);
	if (of->made == DWARF_MADE_PROTOTYPE)
		return make_prototype(type);
	switch (type->tag) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		return make_composite(type);
	case DW_TAG_enumeration_type:
		return make_enum(type);
	case DW_TAG_base_type:
		return make_base(type);
	case DW_TAG_typedef:
		return make_reference(type, BTF_KIND_TYPEDEF);
	case DW_TAG_const_type:
		return make_reference(type, BTF_KIND_CONST);
	case DW_TAG_volatile_type:
		return make_reference(type, BTF_KIND_VOLATILE);
	case DW_TAG_restrict_type:
		return make_reference(type, BTF_KIND_RESTRICT);
	case DW_TAG_pointer_type:
	case DW_TAG_reference_type:
	case DW_TAG_rvalue_reference_type:
		return make_reference(type, BTF_KIND_PTR);
	case DW_TAG_array_type:
		return make_array(type);
	case DW_TAG_subroutine_type:
		return make_prototype(type);
	case DW_TAG_subprogram:
		return make_function(type, of);
	default:
		/* The digest was made of it before. */
		return reason_set(type->why, -EOPNOTSUPP, "DWARF: a type with the tag 0x%x",
				  type->tag);
	}
}

int dwarf_maker_make(struct dwarf_maker *maker, uint32_t id, struct reason *why)
{
	/* Ids that are added meanwhile move the array. */
	const struct dwarf_type of = maker->types.types[id];
	struct made_type type = {
		.maker = maker,
		.why = why,
		.start = maker->store.types_size,
	};
	int err = 0;

	maker->type_place = of.place;
	if (maker->digester.units->loaded_used > LOADED_MAX)
		dwarf_units_unload(maker->digester.units);
	if (!maker->library)
		err = dwarf_library_open(maker->digester.units, &maker->library, why);
	if (!err)
		err = make(&type, &of);
	dwarf_die_close(&type.die);
	if (err) {
		dwarf_store_cut(&maker->store, type.start);
		return err;
	}
	maker->types.offsets[id] = type.start;
	return 0;
}
