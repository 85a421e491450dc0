/* SPDX-License-Identifier: MIT */
/*
 * In: an entry of DWARF. Out: the BTF type that pahole makes of it, since kernels' own BTF is
 * pahole's and a relocation has to find the same in both:
 *
 *  - an array of several dimensions is an array of arrays, as from pahole 1.32 on; older ones
 *    multiply the dimensions, and then libbpf does not find x[1] of x[2][3],
 *  - an array's index is int, or __ARRAY_SIZE_TYPE__ where no unit has an int,
 *  - DW_ATE_boolean is BOOL, a signed number or character SIGNED, anything else has no encoding,
 *  - an enum with a value below 0 is signed; one larger than 4 bytes is an ENUM64.
 *
 * A declaration becomes the definition, or a FWD where the kernel has none.
 */
#include "embedder/dwarf/dwarf_maker.h"

#include <dwarf.h>

#include "embedder/dwarf/dwarf_composite.h"
#include "embedder/dwarf/dwarf_encoding.h"
#include "embedder/dwarf/dwarf_member.h"
#include "runtime/types/type_view.h"

/* Qualifiers that BTF does not have, one on the other, and references from unit to unit. */
#define STEPS_MAX 100

/* Units whose abbreviations are kept, some 14 kB for each. */
#define LOADED_MAX 256

static int make_forward(struct dwarf_made *type)
{
	int err = dwarf_made_start(type, &type->die);

	if (!err && type->tag == DW_TAG_enumeration_type)
		dwarf_made_finish(type, BTF_KIND_ENUM, false, 4);
	else if (!err)
		dwarf_made_finish(type, BTF_KIND_FWD, type->tag == DW_TAG_union_type, 0);
	return err;
}

static int make_base(struct dwarf_made *type)
{
	uint64_t encoding;
	uint32_t size, flags;
	int err = dwarf_made_size(type, &size);

	if (!err)
		err = dwarf_made_number(type, &type->die, DW_AT_encoding, &encoding);
	if (!err)
		err = dwarf_made_start(type, &type->die);
	if (err)
		return err;
	flags = dwarf_encoding_of(encoding);
	if (flags == DWARF_ENCODING_FLOAT) {
		dwarf_made_finish(type, BTF_KIND_FLOAT, false, size);
		return 0;
	}
	/* BTF has no others; nothing that a program can read has such a type. */
	if (!size || size > 16 || (size & (size - 1)))
		return dwarf_made_too_large(type, "a size that integers of BTF cannot have");
	dwarf_made_finish(type, BTF_KIND_INT, false, size);
	return dwarf_made_put(type, flags << 24 | size * 8);
}

/* The id of the type of an array's index: int, or one that DWARF does not have. */
static int index_id(struct dwarf_made *type, uint32_t *ret_id)
{
	const struct dwarf_name name = {"int", dwarf_names_hash_text("int"), false};
	struct dwarf_conversion *conversion = type->conversion;
	const struct dwarf_definition *definition =
		dwarf_definitions_find(&conversion->definitions, DW_TAG_base_type, &name);

	if (definition)
		return dwarf_conversion_id(conversion, definition->place, ret_id, type->why);
	return dwarf_made_fail(type, dwarf_types_add(&conversion->types,
						     dwarf_mix(DWARF_AS_ARRAY_INDEX, 1), 0,
						     DWARF_AS_ARRAY_INDEX, ret_id));
}

static int make_array_index(struct dwarf_made *type)
{
	int err = dwarf_made_put_text(type, "__ARRAY_SIZE_TYPE__");

	if (!err)
		err = dwarf_made_put(type, 0);
	if (!err)
		err = dwarf_made_put(type, 0);
	dwarf_made_finish(type, BTF_KIND_INT, false, 4);
	return err ? err : dwarf_made_put(type, 32);
}

struct dimensions {
	uint32_t count;
	uint32_t elements[DWARF_DIMENSIONS_MAX];
};

static int add_dimension(struct dwarf_made *type, const struct dwarf_die *die, uint16_t tag,
			 void *context)
{
	struct dimensions *dimensions = context;
	uint64_t bound = 0, count = 0, elements;
	int err = 0, found;

	if (tag != DW_TAG_subrange_type)
		return 0;
	found = dwarf_die_number(die, DW_AT_upper_bound, &bound, NULL, type->why);
	if (!found)
		err = dwarf_made_number(type, die, DW_AT_count, &count);
	if (found < 0 || err)
		return found < 0 ? found : err;
	elements = dwarf_dimension(found, bound, count);
	if (elements > UINT32_MAX || dimensions->count == DWARF_DIMENSIONS_MAX)
		return dwarf_made_too_large(type, "too many elements");
	dimensions->elements[dimensions->count++] = (uint32_t)elements;
	return 0;
}

/* The id of what the first @level dimensions hold: an array, or the elements. */
static int row_id(struct dwarf_made *type, const struct dwarf_type *of,
		  const struct dimensions *dimensions, uint32_t level, uint32_t *ret_id)
{
	struct dwarf_conversion *conversion = type->conversion;
	uint64_t digest;
	int err;

	if (level >= dimensions->count)
		return dwarf_made_reference(type, &type->die, ret_id);
	err = dwarf_digest_row(&conversion->digester, of->place, level, &digest, type->why);
	return err ? err
		   : dwarf_made_fail(type, dwarf_types_add(&conversion->types, digest, of->place,
							   DWARF_AS_ROW + level - 1, ret_id));
}

static int make_array(struct dwarf_made *type, const struct dwarf_type *of)
{
	struct dimensions dimensions = {.count = 0};
	uint32_t level = of->as < DWARF_AS_ROW ? 0 : of->as - DWARF_AS_ROW + 1;
	uint32_t element, index;
	int err = dwarf_made_each_child(type, add_dimension, &dimensions);

	if (!err)
		err = row_id(type, of, &dimensions, level + 1, &element);
	if (!err)
		err = index_id(type, &index);
	if (!err)
		err = dwarf_made_start(type, NULL);
	if (!err)
		err = dwarf_made_put(type, element);
	if (!err)
		err = dwarf_made_put(type, index);
	if (!err)
		err = dwarf_made_put(type,
				     level < dimensions.count ? dimensions.elements[level] : 0);
	if (!err)
		dwarf_made_finish(type, BTF_KIND_ARRAY, false, 0);
	return err;
}

static int add_parameter(struct dwarf_made *type, const struct dwarf_die *die, uint16_t tag,
			 void *context)
{
	uint32_t id = 0;
	int err = 0;

	if (tag != DW_TAG_formal_parameter && tag != DW_TAG_unspecified_parameters)
		return 0;
	if (tag == DW_TAG_formal_parameter)
		err = dwarf_made_reference(type, die, &id);
	if (!err)
		err = tag == DW_TAG_formal_parameter ? dwarf_made_put_name(type, die)
						     : dwarf_made_put(type, 0);
	if (!err)
		err = dwarf_made_put(type, id);
	return err ? err : dwarf_made_add_part(type);
}

static int make_prototype(struct dwarf_made *type)
{
	uint32_t result;
	int err = dwarf_made_reference(type, &type->die, &result);

	if (!err)
		err = dwarf_made_start(type, NULL);
	if (!err)
		err = dwarf_made_each_child(type, add_parameter, NULL);
	if (!err)
		dwarf_made_finish(type, BTF_KIND_FUNC_PROTO, false, result);
	return err;
}

/* A function, and an id for its prototype. */
static int make_function(struct dwarf_made *type, const struct dwarf_type *of)
{
	struct dwarf_conversion *conversion = type->conversion;
	uint32_t prototype;
	uint64_t digest;
	int err = dwarf_digest_prototype(&conversion->digester, of->place, &digest, type->why);

	if (!err)
		err = dwarf_made_fail(type, dwarf_types_add(&conversion->types, digest, of->place,
							    DWARF_AS_PROTOTYPE, &prototype));
	if (!err)
		err = dwarf_made_start(type, &type->die);
	if (!err)
		dwarf_made_finish(type, BTF_KIND_FUNC, false, prototype);
	return err;
}

/* A type that refers to one other. */
static int make_reference(struct dwarf_made *type, uint32_t kind)
{
	uint32_t target;
	int err = dwarf_made_reference(type, &type->die, &target);

	if (!err)
		err = dwarf_made_start(type, kind == BTF_KIND_TYPEDEF ? &type->die : NULL);
	if (!err)
		dwarf_made_finish(type, kind, false, target);
	return err;
}

/* --- all -------------------------------------------------------------------------------------- */

/* Opens the entry that a type is made of: not a qualifier that BTF does not have, nor a stand-in
 * for a type unit, nor a declaration of what is defined elsewhere. */
static int open_entry(struct dwarf_made *type, uint64_t place, bool *ret_forward)
{
	struct dwarf_conversion *conversion = type->conversion;
	struct dwarf_units *units = conversion->digester.units;
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
			err = dwarf_names_get(conversion->digester.names, units, &entry, &name,
					      type->why);
			if (err)
				return err;
			definition =
				dwarf_definitions_find(&conversion->definitions, type->tag, &name);
			next = definition ? definition->place : 0;
			*ret_forward = !definition;
		}
		if (!next)
			return dwarf_die_open(conversion->library, place, &type->die, type->why);
		place = next;
	}
	return reason_set(type->why, -EBADMSG, "DWARF: the type at 0x%llx stands for itself",
			  (unsigned long long)dwarf_place_offset(place));
}

static int make(struct dwarf_made *type, const struct dwarf_type *of)
{
	bool forward;
	int err;

	if (of->as == DWARF_AS_ARRAY_INDEX)
		return make_array_index(type);
	err = open_entry(type, of->place, &forward);
	if (err)
		return err;
	if (forward)
		return make_forward(type);
	if (of->as == DWARF_AS_PROTOTYPE)
		return make_prototype(type);
	switch (type->tag) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		return dwarf_make_composite(type);
	case DW_TAG_enumeration_type:
		return dwarf_make_enum(type);
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
		return make_array(type, of);
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

int dwarf_maker_make(struct dwarf_conversion *conversion, uint32_t id, struct reason *why)
{
	/* Ids that are added meanwhile move the array. */
	const struct dwarf_type of = conversion->types.types[id];
	struct dwarf_made type = {
		.conversion = conversion,
		.why = why,
		.start = conversion->store.types_size,
	};
	int err = 0;

	conversion->type_place = of.place;
	if (conversion->digester.units->loaded_used > LOADED_MAX)
		dwarf_units_unload(conversion->digester.units);
	if (!conversion->library)
		err = dwarf_library_open(conversion->digester.units, &conversion->library, why);
	if (!err)
		err = make(&type, &of);
	dwarf_die_close(&type.die);
	if (err) {
		dwarf_store_cut(&conversion->store, type.start);
		return err;
	}
	conversion->types.offsets[id] = type.start;
	return 0;
}
