/* SPDX-License-Identifier: MIT */
/*
 * The units of all sections: where each starts and ends, its version, and its abbreviations, which
 * are decoded when they are first needed.
 *
 * A *place* names an entry in one of the sections: the section in the upper four bits, and the
 * offset in it. Place 0 is never an entry, since a section starts with a unit's header; it stands
 * for void.
 */
#ifndef COREBTF_DWARF_DWARF_UNITS_H
#define COREBTF_DWARF_DWARF_UNITS_H

#include "embedder/dwarf/dwarf_abbrevs.h"
#include "embedder/dwarf/dwarf_sections.h"

enum dwarf_part {
	DWARF_PART_INFO,
	DWARF_PART_TYPES,
	DWARF_PART_ALTERNATE,
	DWARF_PARTS,
};

#define DWARF_PLACE_SHIFT 60

static inline uint64_t dwarf_place(enum dwarf_part part, uint64_t offset)
{
	return (uint64_t)part << DWARF_PLACE_SHIFT | offset;
}

static inline enum dwarf_part dwarf_place_part(uint64_t place)
{
	return (enum dwarf_part)(place >> DWARF_PLACE_SHIFT);
}

static inline uint64_t dwarf_place_offset(uint64_t place)
{
	return place & ((UINT64_C(1) << DWARF_PLACE_SHIFT) - 1);
}

struct dwarf_unit {
	uint64_t start, end;	 /* places, of the header and behind the last entry */
	uint64_t first_entry;	 /* place */
	uint64_t abbrev_offset;	 /* in .debug_abbrev */
	uint64_t str_offsets;	 /* DW_AT_str_offsets_base of the first entry */
	uint64_t signature;	 /* of a type unit */
	uint64_t signature_type; /* place of the type in a type unit; 0: it is none */
	struct dwarf_format format;
	struct dwarf_abbrevs *abbrevs; /* NULL: not decoded */
};

struct dwarf_units {
	const struct dwarf_sections *sections;
	struct dwarf_unit *units; /* ascending by place */
	size_t count, capacity;
	uint32_t *by_signature; /* type units, ascending by signature */
	size_t signature_count;
	bool swapped;
	struct dwarf_loaded {
		struct dwarf_unit *unit; /* NULL: free for another one */
		struct dwarf_abbrevs *abbrevs;
	} * loaded;
	size_t loaded_count, loaded_used, loaded_capacity;
	uint64_t decoded; /* bytes of abbreviations so far */
	size_t last;	  /* the unit that was found last */
};

/* Reads the headers of all units. @units starts zeroed; free it also after an error. Errors:
 * -ENODATA there are no units, -EBADMSG, -EOPNOTSUPP, -ENOMEM. */
int dwarf_units_read(struct dwarf_units *units, const struct dwarf_sections *sections,
		     struct reason *why);

void dwarf_units_free(struct dwarf_units *units);

/* The unit in which @place is; -EBADMSG: none. */
int dwarf_units_find(struct dwarf_units *units, uint64_t place, struct dwarf_unit **ret_unit,
		     struct reason *why);

/* The place of the type in the type unit with @signature; 0: there is none. */
uint64_t dwarf_units_find_signature(const struct dwarf_units *units, uint64_t signature);

/* Decodes a unit's abbreviations, unless that was done before. */
int dwarf_units_load(struct dwarf_units *units, struct dwarf_unit *unit, struct reason *why);

/* Forgets the decoded abbreviations of all units; their memory is used again. Called now and then
 * when no unit is being read, since those of all units of a kernel take 30 MB. */
void dwarf_units_unload(struct dwarf_units *units);

/* The bytes of @part. */
const struct dwarf_section *dwarf_units_section(const struct dwarf_units *units,
						enum dwarf_part part);

/* The file that @part is a section of. */
static inline const struct dwarf_file *dwarf_units_file(const struct dwarf_units *units,
							enum dwarf_part part)
{
	return part == DWARF_PART_ALTERNATE ? &units->sections->alternate : &units->sections->file;
}

/* Bytes of the unit from @place on. */
static inline struct dwarf_bytes dwarf_units_bytes(const struct dwarf_units *units,
						   const struct dwarf_unit *unit, uint64_t place)
{
	const uint8_t *data = dwarf_units_section(units, dwarf_place_part(unit->start))->data;

	return (struct dwarf_bytes){
		.at = data + dwarf_place_offset(place),
		.end = data + dwarf_place_offset(unit->end),
		.swapped = units->swapped,
	};
}

#endif
