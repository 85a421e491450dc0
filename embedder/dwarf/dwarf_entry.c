/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_entry.h"

#include <dwarf.h>

#include "embedder/dwarf/dwarf_location.h"

/* Entries in entries inside a type. Each level is stepped over once for every level above it. */
#define SKIP_DEPTH_MAX 64

static int bad_entry(const struct dwarf_unit *unit, uint64_t place, const char *what,
		     struct reason *why)
{
	return reason_set(why, -EBADMSG, "DWARF: the entry at 0x%llx of the unit at 0x%llx %s",
			  (unsigned long long)dwarf_place_offset(place),
			  (unsigned long long)dwarf_place_offset(unit->start), what);
}

/* A reference as a place; 0: to nothing. */
static int resolve(const struct dwarf_units *units, const struct dwarf_unit *unit,
		   const struct dwarf_value *value, uint64_t *ret_place)
{
	enum dwarf_part part = dwarf_place_part(unit->start);

	if (value->number >> DWARF_PLACE_SHIFT && value->class != DWARF_CLASS_SIGNATURE)
		return -EBADMSG;
	switch (value->class) {
	case DWARF_CLASS_UNIT_REF:
		if (value->number > unit->end - unit->start)
			return -EBADMSG;
		*ret_place = unit->start + value->number;
		return 0;
	case DWARF_CLASS_INFO_REF:
		*ret_place = dwarf_place(part == DWARF_PART_ALTERNATE ? part : DWARF_PART_INFO,
					 value->number);
		return 0;
	case DWARF_CLASS_ALT_REF:
		if (!units->sections->alternate.info.data)
			return -ENODATA;
		*ret_place = dwarf_place(DWARF_PART_ALTERNATE, value->number);
		return 0;
	case DWARF_CLASS_SIGNATURE:
		*ret_place = dwarf_units_find_signature(units, value->number);
		return *ret_place ? 0 : -EBADMSG;
	default:
		return -EBADMSG;
	}
}

/* Takes the value of an attribute. */
static int take(const struct dwarf_units *units, struct dwarf_entry *entry,
		enum dwarf_attribute attribute, const struct dwarf_value *value)
{
	uint64_t number = value->number;
	int err;

	switch (attribute) {
	case DWARF_NAME:
		entry->name = *value;
		break;
	case DWARF_SIBLING:
	case DWARF_TYPE:
	case DWARF_SIGNATURE:
	case DWARF_ORIGIN:
		err = resolve(units, entry->unit, value, &number);
		if (err)
			return err;
		break;
	case DWARF_DWO_NAME:
	case DWARF_HAS_CODE:
		break;
	case DWARF_MEMBER_LOCATION:
		if (value->class == DWARF_CLASS_BLOCK) {
			err = dwarf_location_read(value, units->swapped, &number);
			if (err)
				return err;
			break;
		}
		/* fallthrough */
	default:
		/* A bound may be an expression and a value a string: then there is no number. */
		if (value->class != DWARF_CLASS_CONSTANT &&
		    !(attribute == DWARF_STR_OFFSETS_BASE && value->class == DWARF_CLASS_OTHER))
			return 0;
		break;
	}
	entry->has |= UINT32_C(1) << attribute;
	entry->values[attribute] = number;
	return 0;
}

static int explain(const struct dwarf_entry *entry, int err, struct reason *why)
{
	switch (err) {
	case -ENODATA:
		return reason_set(why, -ENODATA,
				  "DWARF: the entry at 0x%llx refers to the alternate file "
				  "(.gnu_debugaltlink), which was not found",
				  (unsigned long long)dwarf_place_offset(entry->place));
	case -EOPNOTSUPP:
		return reason_set(why, -EOPNOTSUPP,
				  "DWARF: the entry at 0x%llx has its place in the struct as an "
				  "expression that is not known",
				  (unsigned long long)dwarf_place_offset(entry->place));
	default:
		return bad_entry(entry->unit, entry->place, "has a bad attribute", why);
	}
}

/* Reads an attribute in whatever form it has. */
static int read_form(const struct dwarf_units *units, struct dwarf_entry *entry,
		     const struct dwarf_step *step, struct dwarf_bytes *bytes)
{
	struct dwarf_value value;

	if (step->reading == DWARF_READ_TEXT) {
		entry->has |= UINT32_C(1) << DWARF_NAME;
		return 0;
	}
	if (step->reading == DWARF_READ_SKIP) {
		if (step->size)
			dwarf_bytes_skip(bytes, step->size);
		else
			dwarf_form_skip(bytes, step->form, &entry->unit->format);
		return 0;
	}
	dwarf_form_read(bytes, step->form, step->implicit, &entry->unit->format, &value);
	return bytes->failed ? 0 : take(units, entry, step->attribute, &value);
}

/* Reads an attribute of an entry whose attributes have fixed sizes, and lie in the unit. */
static inline int read_fixed(const struct dwarf_units *units, struct dwarf_entry *entry,
			     const struct dwarf_step *step, const uint8_t *attributes)
{
	const struct dwarf_unit *unit = entry->unit;
	const uint8_t *at = attributes + step->offset;
	struct dwarf_bytes bytes;
	uint64_t number;

	switch (step->reading) {
	case DWARF_READ_SKIP:
		return 0;
	case DWARF_READ_NUMBER:
		number = bytes_load(at, step->size, units->swapped);
		break;
	case DWARF_READ_UNIT_REF:
		number = bytes_load(at, step->size, units->swapped);
		if (number > unit->end - unit->start)
			return -EBADMSG;
		number += unit->start;
		break;
	case DWARF_READ_IMPLICIT:
		number = (uint64_t)step->implicit;
		break;
	case DWARF_READ_TEXT:
		number = 0; /* dwarf_entry_read() has taken it */
		break;
	case DWARF_READ_STR:
		number = 0;
		entry->name.class = DWARF_CLASS_STR;
		entry->name.number = bytes_load(at, step->size, units->swapped);
		break;
	default:
		bytes = (struct dwarf_bytes){at, at + step->size, units->swapped, false};
		return read_form(units, entry, step, &bytes);
	}
	entry->has |= UINT32_C(1) << step->attribute;
	entry->values[step->attribute] = number;
	return 0;
}

int dwarf_entry_read(const struct dwarf_units *units, struct dwarf_unit *unit, uint64_t place,
		     struct dwarf_entry *ret_entry, struct reason *why)
{
	struct dwarf_bytes bytes = dwarf_units_bytes(units, unit, place);
	const uint8_t *start = bytes.at, *attributes;
	const struct dwarf_abbrev *abbrev;
	const struct dwarf_step *step, *end;
	uint64_t code = dwarf_bytes_uleb(&bytes);

	ret_entry->unit = unit;
	ret_entry->place = place;
	ret_entry->has = 0;
	ret_entry->abbrev = NULL;
	ret_entry->after = place + (uint64_t)(bytes.at - start);
	/* Some compilers leave out the ends of lists at the end of a unit. */
	if (place == unit->end || (!code && !bytes.failed))
		return 0;
	abbrev = dwarf_abbrevs_find(unit->abbrevs, code);
	if (bytes.failed || !abbrev)
		return bad_entry(unit, place, "has no abbreviation", why);
	ret_entry->abbrev = abbrev;
	if (abbrev->starts_with_text) {
		ret_entry->name.class = DWARF_CLASS_TEXT;
		ret_entry->name.bytes = bytes.at;
		dwarf_bytes_string(&bytes);
	}
	attributes = bytes.at;
	if (abbrev->size != DWARF_SIZE_VARIES)
		dwarf_bytes_skip(&bytes, abbrev->size);
	step = unit->abbrevs->steps + abbrev->first_step;
	for (end = step + abbrev->step_count; step < end && !bytes.failed; step++) {
		int err = abbrev->size != DWARF_SIZE_VARIES
				  ? read_fixed(units, ret_entry, step, attributes)
				  : read_form(units, ret_entry, step, &bytes);

		if (err)
			return explain(ret_entry, err, why);
	}
	if (bytes.failed)
		return bad_entry(unit, place, "is cut off", why);
	ret_entry->after = place + (uint64_t)(bytes.at - start);
	return 0;
}

int dwarf_entry_open(struct dwarf_units *units, uint64_t place, struct dwarf_entry *ret_entry,
		     struct reason *why)
{
	struct dwarf_unit *unit;
	int err = dwarf_units_find(units, place, &unit, why);

	if (!err)
		err = dwarf_units_load(units, unit, why);
	if (!err)
		err = dwarf_entry_read(units, unit, place, ret_entry, why);
	if (!err && !ret_entry->abbrev)
		err = bad_entry(unit, place, "is referred to, but is the end of a list", why);
	return err;
}

/* The offset in .debug_str at @index of .debug_str_offsets. */
static int read_str_offset(const struct dwarf_units *units, const struct dwarf_unit *unit,
			   uint64_t index, uint64_t *ret_offset)
{
	const struct dwarf_section *section =
		&dwarf_units_file(units, dwarf_place_part(unit->start))->str_offsets;
	size_t width = unit->format.offset_size;

	if (unit->str_offsets > section->size ||
	    index >= (section->size - unit->str_offsets) / width)
		return -EBADMSG;
	*ret_offset = bytes_load(section->data + unit->str_offsets + index * width, width,
				 units->swapped);
	return 0;
}

int dwarf_entry_name(const struct dwarf_units *units, const struct dwarf_entry *entry,
		     const char **ret_name, struct reason *why)
{
	const struct dwarf_file *file =
		dwarf_units_file(units, dwarf_place_part(entry->unit->start));
	const struct dwarf_section *section = &file->str;
	uint64_t offset = entry->name.number;

	*ret_name = "";
	if (!dwarf_entry_has(entry, DWARF_NAME))
		return 0;
	switch (entry->name.class) {
	case DWARF_CLASS_TEXT:
		*ret_name = (const char *)entry->name.bytes;
		return 0;
	case DWARF_CLASS_STR:
		break;
	case DWARF_CLASS_LINE_STR:
		section = &file->line_str;
		break;
	case DWARF_CLASS_ALT_STR:
		if (!units->sections->alternate.str.data)
			return explain(entry, -ENODATA, why);
		section = &units->sections->alternate.str;
		break;
	case DWARF_CLASS_STR_INDEX:
		if (!read_str_offset(units, entry->unit, offset, &offset))
			break;
		/* fallthrough */
	default:
		return bad_entry(entry->unit, entry->place, "has a bad name", why);
	}
	if (offset >= section->size)
		return bad_entry(entry->unit, entry->place,
				 "has a name past the end of the strings", why);
	*ret_name = (const char *)section->data + offset;
	return 0;
}

int dwarf_entry_skip(const struct dwarf_units *units, const struct dwarf_entry *entry,
		     uint64_t *ret_place, struct reason *why)
{
	struct dwarf_entry inner = *entry;
	unsigned int depth = 0;

	for (;;) {
		int err;

		if (!inner.abbrev) {
			depth--;
		} else if (inner.abbrev->has_children) {
			uint64_t sibling = dwarf_entry_get(&inner, DWARF_SIBLING, 0);

			if (sibling && (sibling < inner.after || sibling > inner.unit->end))
				return bad_entry(inner.unit, inner.place,
						 "has its sibling in a wrong place", why);
			if (sibling)
				inner.after = sibling;
			else if (++depth > SKIP_DEPTH_MAX)
				return bad_entry(inner.unit, inner.place, "is too deep in a type",
						 why);
		}
		if (!depth) {
			*ret_place = inner.after;
			return 0;
		}
		err = dwarf_entry_read(units, inner.unit, inner.after, &inner, why);
		if (err)
			return err;
	}
}
