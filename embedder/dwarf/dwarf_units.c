/* SPDX-License-Identifier: MIT */
/*
 * In: .debug_info and .debug_types, also of the alternate file. Out: the units, in order.
 *
 *	unit_length | version | (DWARF 5: type) | offset of abbreviations, size of addresses |
 *	(type unit: signature, offset of the type) | entries ...
 */
#include "embedder/dwarf/dwarf_units.h"

#include <dwarf.h>
#include <stdlib.h>

#include "runtime/util/array.h"

static const char *const part_names[DWARF_PARTS] = {
	".debug_info",
	".debug_types",
	".debug_info of the alternate file",
};

void dwarf_units_free(struct dwarf_units *units)
{
	for (size_t i = 0; i < units->loaded_count; i++) {
		dwarf_abbrevs_free(units->loaded[i].abbrevs);
		free(units->loaded[i].abbrevs);
	}
	free(units->loaded);
	free(units->by_signature);
	free(units->units);
	*units = (struct dwarf_units){.count = 0};
}

const struct dwarf_section *dwarf_units_section(const struct dwarf_units *units,
						enum dwarf_part part)
{
	const struct dwarf_file *file = dwarf_units_file(units, part);

	return part == DWARF_PART_TYPES ? &file->types : &file->info;
}

/* Sizes of addresses and offsets, the place of the abbreviations, and a type unit's type. */
static int read_rest(struct dwarf_unit *unit, struct dwarf_bytes *bytes, enum dwarf_part part,
		     uint64_t *ret_type)
{
	uint64_t kind = part == DWARF_PART_TYPES ? DW_UT_type : DW_UT_compile;

	if (unit->format.version >= 5) {
		kind = dwarf_bytes_fixed(bytes, 1);
		unit->format.address_size = (uint8_t)dwarf_bytes_fixed(bytes, 1);
		unit->abbrev_offset = dwarf_bytes_fixed(bytes, unit->format.offset_size);
	} else {
		unit->abbrev_offset = dwarf_bytes_fixed(bytes, unit->format.offset_size);
		unit->format.address_size = (uint8_t)dwarf_bytes_fixed(bytes, 1);
	}
	if (kind == DW_UT_skeleton || kind == DW_UT_split_compile)
		dwarf_bytes_skip(bytes, 8);
	if (kind != DW_UT_type && kind != DW_UT_split_type)
		return 0;
	unit->signature = dwarf_bytes_fixed(bytes, 8);
	*ret_type = dwarf_bytes_fixed(bytes, unit->format.offset_size);
	return 1;
}

static int read_header(struct dwarf_units *units, enum dwarf_part part, uint64_t offset,
		       struct dwarf_unit *ret_unit, struct reason *why)
{
	const struct dwarf_section *section = dwarf_units_section(units, part);
	struct dwarf_unit unit = {.start = dwarf_place(part, offset), .format.offset_size = 4};
	struct dwarf_bytes bytes = {
		.at = section->data + offset,
		.end = section->data + section->size,
		.swapped = units->swapped,
	};
	uint64_t length = dwarf_bytes_fixed(&bytes, 4), type = 0;
	bool has_type;

	if (length == UINT32_MAX) {
		unit.format.offset_size = 8;
		length = dwarf_bytes_fixed(&bytes, 8);
	}
	if (bytes.failed || length > dwarf_bytes_left(&bytes))
		return reason_set(why, -EBADMSG,
				  "DWARF: the unit at 0x%llx of %s is longer than the section",
				  (unsigned long long)offset, part_names[part]);
	bytes.end = bytes.at + length;
	unit.end = dwarf_place(part, (uint64_t)(bytes.end - section->data));
	unit.format.version = (uint8_t)dwarf_bytes_fixed(&bytes, 2);
	if (!bytes.failed && (unit.format.version < 2 || unit.format.version > 5))
		return reason_set(
			why, -EOPNOTSUPP,
			"DWARF: the unit at 0x%llx of %s has version %u; 2 to 5 can be read",
			(unsigned long long)offset, part_names[part], unit.format.version);
	has_type = read_rest(&unit, &bytes, part, &type);
	unit.first_entry = dwarf_place(part, (uint64_t)(bytes.at - section->data));
	if (bytes.failed || (unit.format.address_size != 4 && unit.format.address_size != 8))
		return reason_set(why, -EBADMSG, "DWARF: the unit at 0x%llx of %s has a bad header",
				  (unsigned long long)offset, part_names[part]);
	if (has_type) {
		unit.signature_type = unit.start + type;
		if (type > length || unit.signature_type < unit.first_entry)
			return reason_set(why, -EBADMSG,
					  "DWARF: the type of the type unit at 0x%llx of %s is "
					  "outside of it",
					  (unsigned long long)offset, part_names[part]);
	}
	*ret_unit = unit;
	return 0;
}

static int read_part(struct dwarf_units *units, enum dwarf_part part, struct reason *why)
{
	const struct dwarf_section *section = dwarf_units_section(units, part);
	uint64_t offset = 0;

	while (offset < section->size) {
		struct dwarf_unit unit;
		int err = read_header(units, part, offset, &unit, why);

		if (err)
			return err;
		offset = dwarf_place_offset(unit.end);
		if (array_reserve(units->units, units->capacity, units->count + 1))
			return reason_set(why, -ENOMEM, "out of memory");
		units->units[units->count++] = unit;
	}
	return 0;
}

static int compare_signatures(const void *a, const void *b, void *context)
{
	const struct dwarf_unit *units = context;
	uint64_t left = units[*(const uint32_t *)a].signature;
	uint64_t right = units[*(const uint32_t *)b].signature;

	return (left > right) - (left < right);
}

static int sort_signatures(struct dwarf_units *units)
{
	units->by_signature = malloc((units->count + 1) * sizeof(*units->by_signature));
	if (!units->by_signature)
		return -ENOMEM;
	for (size_t i = 0; i < units->count; i++)
		if (units->units[i].signature_type)
			units->by_signature[units->signature_count++] = (uint32_t)i;
	qsort_r(units->by_signature, units->signature_count, sizeof(*units->by_signature),
		compare_signatures, units->units);
	return 0;
}

/* Offsets of strings are then checked against the size alone. */
static int check_strings(const struct dwarf_section *section, const char *name, struct reason *why)
{
	if (!section->size || !section->data[section->size - 1])
		return 0;
	return reason_set(why, -EBADMSG, "DWARF: %s does not end with a zero byte", name);
}

static int check_file(const struct dwarf_file *file, struct reason *why)
{
	int err = check_strings(&file->str, ".debug_str", why);

	return err ? err : check_strings(&file->line_str, ".debug_line_str", why);
}

int dwarf_units_read(struct dwarf_units *units, const struct dwarf_sections *sections,
		     struct reason *why)
{
	int err;

	units->sections = sections;
	units->swapped = sections->big_endian != BYTES_HOST_IS_BIG_ENDIAN;
	err = check_file(&sections->file, why);
	if (!err)
		err = check_file(&sections->alternate, why);
	for (unsigned int part = 0; !err && part < DWARF_PARTS; part++)
		err = read_part(units, part, why);
	if (err)
		return err;
	if (!units->count)
		return reason_set(why, -ENODATA, "DWARF: .debug_info is empty");
	return sort_signatures(units) ? reason_set(why, -ENOMEM, "out of memory") : 0;
}

static bool unit_has(const struct dwarf_unit *unit, uint64_t place)
{
	return place >= unit->first_entry && place < unit->end;
}

int dwarf_units_find(struct dwarf_units *units, uint64_t place, struct dwarf_unit **ret_unit,
		     struct reason *why)
{
	size_t low = 0, high = units->count;

	if (unit_has(&units->units[units->last], place)) {
		*ret_unit = &units->units[units->last];
		return 0;
	}
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (units->units[middle].start <= place)
			low = middle;
		else
			high = middle;
	}
	if (!unit_has(&units->units[low], place))
		return reason_set(why, -EBADMSG,
				  "DWARF: a reference to 0x%llx of %s, where no unit has entries",
				  (unsigned long long)dwarf_place_offset(place),
				  dwarf_place_part(place) < DWARF_PARTS
					  ? part_names[dwarf_place_part(place)]
					  : "no section");
	units->last = low;
	*ret_unit = &units->units[low];
	return 0;
}

uint64_t dwarf_units_find_signature(const struct dwarf_units *units, uint64_t signature)
{
	size_t low = 0, high = units->signature_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct dwarf_unit *unit = &units->units[units->by_signature[middle]];

		if (unit->signature == signature)
			return unit->signature_type;
		if (unit->signature < signature)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

/* Memory for decoded abbreviations, used before or new. */
static struct dwarf_loaded *take_loaded(struct dwarf_units *units)
{
	struct dwarf_abbrevs *abbrevs;

	if (units->loaded_used < units->loaded_count)
		return &units->loaded[units->loaded_used++];
	if (array_reserve(units->loaded, units->loaded_capacity, units->loaded_count + 1))
		return NULL;
	abbrevs = calloc(1, sizeof(*abbrevs));
	if (!abbrevs)
		return NULL;
	units->loaded[units->loaded_count++] = (struct dwarf_loaded){.abbrevs = abbrevs};
	return &units->loaded[units->loaded_used++];
}

/*
 * Compilers give each unit abbreviations of its own, so all of them are decoded once, or a few
 * times when types are made. Made-up units may all have the same huge ones.
 */
static uint64_t decoded_max(const struct dwarf_units *units)
{
	const struct dwarf_sections *sections = units->sections;

	return (UINT64_C(64) << 20) +
	       16 * ((uint64_t)sections->file.abbrev.size + sections->file.info.size +
		     sections->alternate.abbrev.size + sections->alternate.info.size);
}

int dwarf_units_load(struct dwarf_units *units, struct dwarf_unit *unit, struct reason *why)
{
	const struct dwarf_section *section =
		&dwarf_units_file(units, dwarf_place_part(unit->start))->abbrev;
	struct dwarf_loaded *loaded;
	int err;

	if (unit->abbrevs)
		return 0;
	if (unit->abbrev_offset >= section->size)
		return reason_set(why, -EBADMSG,
				  "DWARF: the unit at 0x%llx has its abbreviations past the end of "
				  ".debug_abbrev",
				  (unsigned long long)dwarf_place_offset(unit->start));
	if (units->decoded > decoded_max(units))
		return reason_set(why, -EBADMSG,
				  "DWARF: its units share abbreviations in a way that would take "
				  "hours to decode");
	loaded = take_loaded(units);
	if (!loaded)
		return reason_set(why, -ENOMEM, "out of memory");
	err = dwarf_abbrevs_read(loaded->abbrevs, section->data + unit->abbrev_offset,
				 section->data + section->size, &unit->format, why);
	if (err) {
		units->loaded_used--;
		return err;
	}
	units->decoded += loaded->abbrevs->size;
	loaded->unit = unit;
	unit->abbrevs = loaded->abbrevs;
	return 0;
}

void dwarf_units_unload(struct dwarf_units *units)
{
	while (units->loaded_used)
		units->loaded[--units->loaded_used].unit->abbrevs = NULL;
}
