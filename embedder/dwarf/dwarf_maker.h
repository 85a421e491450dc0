/* SPDX-License-Identifier: MIT */
/*
 * Makes BTF types of DWARF entries, which libdwarf reads. A type that the made one refers to gets
 * an id, and is made when it is asked for itself.
 */
#ifndef COREBTF_DWARF_DWARF_MAKER_H
#define COREBTF_DWARF_DWARF_MAKER_H

#include "embedder/dwarf/dwarf_definitions.h"
#include "embedder/dwarf/dwarf_digest.h"
#include "embedder/dwarf/dwarf_library.h"
#include "embedder/dwarf/dwarf_store.h"
#include "embedder/dwarf/dwarf_types.h"

/* Starts zeroed, with the digester set up. */
struct dwarf_maker {
	struct dwarf_digester digester;
	struct dwarf_definitions definitions;
	struct dwarf_library *library; /* NULL: not opened yet */
	struct dwarf_types types;
	struct dwarf_store store;
	uint64_t type_place; /* being made, for messages */
};

/* The id of the type at @place. Errors: those of dwarf_digest(), of dwarf_types_add(). */
int dwarf_maker_id(struct dwarf_maker *maker, uint64_t place, uint32_t *ret_id, struct reason *why);

/* Makes type @id and sets its offset. Errors: -EBADMSG, -EOPNOTSUPP, -E2BIG, -ENOMEM. */
int dwarf_maker_make(struct dwarf_maker *maker, uint32_t id, struct reason *why);

#endif
