/* SPDX-License-Identifier: MIT */
/*
 * A kernel has some six million entries outside of its types, and this pass goes through all of
 * them. An entry with a tag that is not asked for is not read: the abbreviation says how many bytes
 * it takes. What bounds it is the decoding of the abbreviations, a fifth, and the chain from one
 * entry's code to the next.
 */
#include "embedder/dwarf/dwarf_walk.h"

#include <dwarf.h>

/* Entries nest as functions and blocks do; the kernel's reach some 30. */
#define DEPTH_MAX 100000

static int bad_unit(const struct dwarf_unit *unit, const char *what, struct reason *why)
{
	return reason_set(why, -EBADMSG, "DWARF: the unit at 0x%llx %s",
			  (unsigned long long)dwarf_place_offset(unit->start), what);
}

/* Steps over attributes whose sizes are not all fixed, behind the text. */
static void skip_varying(struct dwarf_bytes *bytes, const struct dwarf_unit *unit,
			 const struct dwarf_abbrev *abbrev)
{
	const struct dwarf_step *step = unit->abbrevs->steps + abbrev->first_step;

	for (unsigned int i = 0; i < abbrev->step_count; i++, step++) {
		if (step->size || step->reading == DWARF_READ_IMPLICIT)
			dwarf_bytes_skip(bytes, step->size);
		else if (step->reading != DWARF_READ_TEXT)
			dwarf_form_skip(bytes, step->form, &unit->format);
	}
}

/* Steps over the attributes of the entry, from *@at on. */
static bool skip_attributes(struct dwarf_spot *spot, const uint8_t **at, const uint8_t *end,
			    bool swapped)
{
	const struct dwarf_abbrev *abbrev = spot->abbrev;
	struct dwarf_bytes bytes;

	if (abbrev->starts_with_text) {
		const uint8_t *nul = memchr(*at, 0, (size_t)(end - *at));

		if (!nul)
			return false;
		spot->text = (const char *)*at;
		*at = nul + 1;
	}
	spot->attributes = *at;
	if (__builtin_expect(abbrev->size != DWARF_SIZE_VARIES, 1)) {
		if (abbrev->size > (size_t)(end - *at))
			return false;
		*at += abbrev->size;
		return true;
	}
	bytes = (struct dwarf_bytes){*at, end, swapped, false};
	skip_varying(&bytes, spot->unit, abbrev);
	*at = bytes.at;
	return !bytes.failed;
}

/* The sibling of an entry, as an offset in the unit; 0: it has none. */
static int find_sibling(const struct dwarf_units *units, const struct dwarf_spot *spot,
			uint64_t *ret_offset, struct reason *why)
{
	struct dwarf_entry entry;
	uint64_t sibling;
	int err;

	if (spot->abbrev->sibling != DWARF_SIZE_VARIES) {
		*ret_offset =
			bytes_load(spot->attributes + spot->abbrev->sibling, 4, units->swapped);
		return 0;
	}
	err = dwarf_entry_read(units, spot->unit, spot->place, &entry, why);
	sibling = err ? 0 : dwarf_entry_get(&entry, DWARF_SIBLING, 0);
	*ret_offset = sibling ? sibling - spot->unit->start : 0;
	return err;
}

/* Where the entry after a type and its children is, in *@at. *@ret_entered: the type has no
 * sibling, and its children are next. */
static int skip_children(const struct dwarf_units *units, const struct dwarf_spot *spot,
			 const uint8_t *unit_start, const uint8_t **at, bool *ret_entered,
			 struct reason *why)
{
	uint64_t offset;
	int err = find_sibling(units, spot, &offset, why);

	*ret_entered = !offset;
	if (err || !offset)
		return err;
	if (offset > spot->unit->end - spot->unit->start || unit_start + offset < *at)
		return bad_unit(spot->unit, "has a sibling in a wrong place", why);
	*at = unit_start + offset;
	return 0;
}

static int walk_entries(const struct dwarf_walk *walk, struct dwarf_units *units,
			struct dwarf_unit *unit, struct reason *why)
{
	struct dwarf_bytes bytes = dwarf_units_bytes(units, unit, unit->first_entry);
	const uint8_t *unit_start = bytes.at - (unit->first_entry - unit->start);
	const uint8_t *at = bytes.at, *const end = bytes.end;
	struct dwarf_spot spot = {.unit = unit};
	unsigned int depth = 0;

	while (at < end) {
		const uint8_t *start = at;
		bool entered = true;
		uint64_t code = *at++;
		int err = 0;

		if (__builtin_expect(code >= 0x80, 0)) {
			bytes.at = start;
			code = dwarf_bytes_uleb(&bytes);
			at = bytes.at;
		}
		if (!code) {
			if (!depth || !--depth)
				return 0;
			continue;
		}
		spot.abbrev = dwarf_abbrevs_find(unit->abbrevs, code);
		if (!spot.abbrev)
			return bad_unit(unit, "has an entry without an abbreviation", why);
		if (!skip_attributes(&spot, &at, end, units->swapped))
			return bad_unit(unit, "has an entry that is cut off", why);
		if (spot.abbrev->tag < DWARF_WALK_TAGS && walk->tags[spot.abbrev->tag]) {
			spot.place = unit->start + (uint64_t)(start - unit_start);
			err = walk->visit(walk->context, &spot, why);
			if (err)
				return err;
		}
		if (!spot.abbrev->has_children)
			continue;
		/* A type that is declared in a function may have others in it. */
		if (spot.abbrev->is_closed && depth == 1) {
			spot.place = unit->start + (uint64_t)(start - unit_start);
			err = skip_children(units, &spot, unit_start, &at, &entered, why);
		}
		if (!err && entered && ++depth > DEPTH_MAX)
			err = bad_unit(unit, "has its entries too deep", why);
		if (err)
			return err;
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
		bool skip;
		int err = enter(units, unit, &skip, why);

		if (!err && !skip)
			err = walk_entries(walk, units, unit, why);
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
