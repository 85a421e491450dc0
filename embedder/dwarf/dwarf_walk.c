/* SPDX-License-Identifier: MIT */
/*
 * A kernel has some six million entries outside of its types, and this pass goes through all of
 * them, so it does not read an entry that nobody asks for: the abbreviation says how many bytes it
 * takes. What bounds it is the decoding of the abbreviations, a fifth, and the chain from one
 * entry's code to the next.
 */
#include "embedder/dwarf/dwarf_walk.h"

#include <dwarf.h>

/* Entries nest as functions and blocks do; the kernel's reach some 30. */
#define DEPTH_MAX 100000

/* Whether an entry of this tag has children in which C has no types. */
static bool is_closed(uint16_t tag)
{
	switch (tag) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_array_type:
	case DW_TAG_subroutine_type:
		return true;
	default:
		return false;
	}
}

static int bad_unit(const struct dwarf_unit *unit, const char *what, struct reason *why)
{
	return reason_set(why, -EBADMSG, "DWARF: the unit at 0x%llx %s",
			  (unsigned long long)dwarf_place_offset(unit->start), what);
}

/* Steps over the attributes of an entry. */
static void skip_attributes(struct dwarf_bytes *bytes, const struct dwarf_unit *unit,
			    const struct dwarf_abbrev *abbrev)
{
	const struct dwarf_step *step = unit->abbrevs->steps + abbrev->first_step;

	if (abbrev->size != DWARF_SIZE_VARIES) {
		dwarf_bytes_skip(bytes, abbrev->size);
		return;
	}
	for (unsigned int i = 0; i < abbrev->step_count; i++, step++) {
		if (step->skip)
			dwarf_bytes_skip(bytes, step->skip);
		else
			dwarf_form_skip(bytes, step->form, &unit->format);
	}
}

/* The DW_FORM_ref4 sibling of an entry whose attributes start at @attributes; 0: it has none. */
static uint64_t sibling_of(const struct dwarf_abbrev *abbrev, const uint8_t *attributes,
			   const struct dwarf_bytes *bytes)
{
	if (abbrev->sibling == DWARF_SIZE_VARIES)
		return 0;
	return bytes_load(attributes + abbrev->sibling, 4, bytes->swapped);
}

/* Goes to @offset of the unit, which must be ahead. */
static bool jump(struct dwarf_bytes *bytes, const uint8_t *unit_start, uint64_t offset)
{
	if (offset > (uint64_t)(bytes->end - unit_start) || unit_start + offset < bytes->at)
		return false;
	bytes->at = unit_start + offset;
	return true;
}

/* Visits the entry whose code is at @start; *@ret_sibling: offset in the unit, or 0. */
static int visit(const struct dwarf_walk *walk, struct dwarf_units *units, struct dwarf_unit *unit,
		 const uint8_t *unit_start, const uint8_t *start, struct dwarf_bytes *bytes,
		 uint64_t *ret_sibling, struct reason *why)
{
	struct dwarf_entry entry;
	uint64_t sibling;
	int err = dwarf_entry_read(units, unit, unit->start + (uint64_t)(start - unit_start),
				   &entry, why);

	if (err)
		return err;
	bytes->at = unit_start + (entry.after - unit->start);
	sibling = dwarf_entry_get(&entry, DWARF_SIBLING, 0);
	*ret_sibling = sibling ? sibling - unit->start : 0;
	return walk->visit(walk->context, &entry, why);
}

static int walk_entries(const struct dwarf_walk *walk, struct dwarf_units *units,
			struct dwarf_unit *unit, struct dwarf_bytes *bytes, struct reason *why)
{
	const uint8_t *unit_start = bytes->at - (unit->first_entry - unit->start);
	unsigned int depth = 0;

	while (bytes->at < bytes->end) {
		const uint8_t *start = bytes->at, *attributes;
		const struct dwarf_abbrev *abbrev;
		uint64_t code = dwarf_bytes_uleb(bytes), sibling;

		if (!code && !bytes->failed) {
			if (!depth || !--depth)
				return 0;
			continue;
		}
		abbrev = dwarf_abbrevs_find(unit->abbrevs, code);
		if (bytes->failed || !abbrev)
			return bad_unit(unit, "has an entry without an abbreviation", why);
		if (abbrev->tag < DWARF_WALK_TAGS && walk->tags[abbrev->tag]) {
			int err = visit(walk, units, unit, unit_start, start, bytes, &sibling, why);

			if (err)
				return err;
		} else {
			attributes = bytes->at;
			skip_attributes(bytes, unit, abbrev);
			if (bytes->failed)
				return bad_unit(unit, "has an entry that is cut off", why);
			sibling = sibling_of(abbrev, attributes, bytes);
		}
		if (!abbrev->has_children)
			continue;
		if (sibling && is_closed(abbrev->tag)) {
			if (!jump(bytes, unit_start, sibling))
				return bad_unit(unit, "has a sibling in a wrong place", why);
		} else if (++depth > DEPTH_MAX) {
			return bad_unit(unit, "has its entries too deep", why);
		}
	}
	return 0;
}

/* Reads the first entry: of the unit itself. *@ret_skip: there are no types of C in it. */
static int enter(struct dwarf_units *units, struct dwarf_unit *unit, bool *ret_skip,
		 struct reason *why)
{
	struct dwarf_entry entry;
	int err;

	*ret_skip = unit->first_entry == unit->end;
	if (*ret_skip)
		return 0;
	err = dwarf_units_load(units, unit, why);
	if (!err)
		err = dwarf_entry_read(units, unit, unit->first_entry, &entry, why);
	if (err)
		return err;
	if (dwarf_entry_has(&entry, DWARF_DWO_NAME))
		return reason_set(why, -ENODATA,
				  "DWARF: the types of the unit at 0x%llx are in a .dwo file "
				  "(-gsplit-dwarf), which cannot be read; link the kernel without "
				  "split debug information",
				  (unsigned long long)dwarf_place_offset(unit->start));
	unit->str_offsets = dwarf_entry_get(&entry, DWARF_STR_OFFSETS_BASE, 0);
	*ret_skip = dwarf_entry_get(&entry, DWARF_LANGUAGE, 0) == DW_LANG_Rust;
	return 0;
}

int dwarf_walk(struct dwarf_units *units, const struct dwarf_walk *walk, struct reason *why)
{
	bool walked = false;

	for (size_t i = 0; i < units->count; i++) {
		struct dwarf_unit *unit = &units->units[i];
		struct dwarf_bytes bytes = dwarf_units_bytes(units, unit, unit->first_entry);
		bool skip;
		int err = enter(units, unit, &skip, why);

		if (!err && !skip)
			err = walk_entries(walk, units, unit, &bytes, why);
		if (err)
			return err;
		walked = walked || !skip;
		if (walk->leave_unit)
			walk->leave_unit(walk->context);
		dwarf_units_unload(units);
	}
	if (!walked)
		return reason_set(why, -ENODATA, "DWARF: no unit of it is in C");
	return 0;
}
