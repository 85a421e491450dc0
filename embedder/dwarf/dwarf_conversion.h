/* SPDX-License-Identifier: MIT */
/*
 * What the conversion of one kernel's types keeps: digests and definitions, the types that have an
 * id, and those that are made (dwarf_maker.h).
 */
#ifndef COREBTF_DWARF_DWARF_CONVERSION_H
#define COREBTF_DWARF_DWARF_CONVERSION_H

#include "embedder/dwarf/dwarf_definitions.h"
#include "embedder/dwarf/dwarf_digest.h"
#include "embedder/dwarf/dwarf_library.h"
#include "embedder/dwarf/dwarf_store.h"
#include "embedder/dwarf/dwarf_types.h"

/* Starts zeroed, with the digester set up. */
struct dwarf_conversion {
	struct dwarf_digester digester;
	struct dwarf_definitions definitions;
	struct dwarf_library *library; /* NULL: not opened yet */
	struct dwarf_types types;
	struct dwarf_store store;
	uint64_t type_place; /* being made, for messages */
};

/* The id of the type at @place. Errors: those of dwarf_digest(), of dwarf_types_add(). */
int dwarf_conversion_id(struct dwarf_conversion *conversion, uint64_t place, uint32_t *ret_id,
			struct reason *why);

/* Returns @err, and gives the reason for -ENOMEM and -E2BIG of dwarf_types.h and dwarf_store.h. */
int dwarf_conversion_fail(int err, struct reason *why);

#endif
