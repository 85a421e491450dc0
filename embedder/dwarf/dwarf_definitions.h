/* SPDX-License-Identifier: MIT */
/*
 * Where the structs, unions, enums and base types of a kernel are defined: the first definition for
 * each name, for the units that only declare them.
 */
#ifndef COREBTF_DWARF_DWARF_DEFINITIONS_H
#define COREBTF_DWARF_DWARF_DEFINITIONS_H

#include "embedder/dwarf/dwarf_names.h"

/* Starts zeroed. */
struct dwarf_definitions {
	struct dwarf_definition {
		uint64_t key; /* tag and hash of the name */
		uint64_t place;
		uint64_t digest; /* set by the digester; 0: not computed yet */
	} * slots;
	uint32_t mask, count;
};

void dwarf_definitions_free(struct dwarf_definitions *definitions);

/* Notes a definition; one that is not the first of its name is dropped. Errors: -ENOMEM, -E2BIG
 * more names than any kernel has. */
int dwarf_definitions_add(struct dwarf_definitions *definitions, uint16_t tag,
			  const struct dwarf_name *name, uint64_t place);

/* The first definition; NULL: there is none. It moves when one is added. */
struct dwarf_definition *dwarf_definitions_find(const struct dwarf_definitions *definitions,
						uint16_t tag, const struct dwarf_name *name);

#endif
