/* SPDX-License-Identifier: MIT */
/*
 * One entry of DWARF (a DIE): its tag and the attributes that types are made of. References are
 * places, names are strings.
 */
#ifndef COREBTF_DWARF_DWARF_ENTRY_H
#define COREBTF_DWARF_DWARF_ENTRY_H

#include "embedder/dwarf/dwarf_units.h"

struct dwarf_entry {
	struct dwarf_unit *unit;
	uint64_t place;
	uint64_t after; /* place behind its attributes: its first child, or the next entry */
	const struct dwarf_abbrev *abbrev; /* NULL: the entry that ends a list of siblings */
	uint32_t has; /* bit n: attribute n is there, and with a form that it can have */
	struct dwarf_value name;
	uint64_t values[DWARF_ATTRIBUTES]; /* those that it has */
};

static inline bool dwarf_entry_has(const struct dwarf_entry *entry, enum dwarf_attribute attribute)
{
	return entry->has >> attribute & 1;
}

/* The attribute's value, or @otherwise. */
static inline uint64_t dwarf_entry_get(const struct dwarf_entry *entry,
				       enum dwarf_attribute attribute, uint64_t otherwise)
{
	return dwarf_entry_has(entry, attribute) ? entry->values[attribute] : otherwise;
}

/* Whether it only says that there is such a type. */
static inline bool dwarf_entry_is_declaration(const struct dwarf_entry *entry)
{
	return dwarf_entry_get(entry, DWARF_DECLARATION, 0);
}

/* Reads the entry at @place of @unit, whose abbreviations are loaded (dwarf_units_load()).
 * Errors: -EBADMSG, -EOPNOTSUPP a form that is not known. */
int dwarf_entry_read(const struct dwarf_units *units, struct dwarf_unit *unit, uint64_t place,
		     struct dwarf_entry *ret_entry, struct reason *why);

/* Finds and loads the unit too. */
int dwarf_entry_open(struct dwarf_units *units, uint64_t place, struct dwarf_entry *ret_entry,
		     struct reason *why);

/* The name in *@ret_name; "" when there is none. Error: -EBADMSG it lies outside of its section. */
int dwarf_entry_name(const struct dwarf_units *units, const struct dwarf_entry *entry,
		     const char **ret_name, struct reason *why);

/*
 * The place behind all that belongs to the entry: its next sibling, or the end of the list. Steps
 * over children one by one when there is no DW_AT_sibling.
 */
int dwarf_entry_skip(const struct dwarf_units *units, const struct dwarf_entry *entry,
		     uint64_t *ret_place, struct reason *why);

#endif
