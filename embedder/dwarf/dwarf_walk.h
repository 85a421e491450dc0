/* SPDX-License-Identifier: MIT */
/*
 * One pass over all entries of all units, also those inside functions, where C may declare types.
 * What lies inside a type is stepped over. Units of other languages than C are left out, as the
 * kernel's own build leaves out Rust.
 */
#ifndef COREBTF_DWARF_DWARF_WALK_H
#define COREBTF_DWARF_DWARF_WALK_H

#include "embedder/dwarf/dwarf_entry.h"

#define DWARF_WALK_TAGS 128

/* An entry that the walk has come to; its attributes are not read yet, but lie in the unit. */
struct dwarf_spot {
	struct dwarf_unit *unit;
	uint64_t place;
	const struct dwarf_abbrev *abbrev;
	const char *text;	   /* the name, if the abbreviation starts_with_text */
	const uint8_t *attributes; /* behind the text */
};

struct dwarf_walk {
	bool tags[DWARF_WALK_TAGS]; /* entries with these tags are visited */

	/* A value other than 0 stops the walk. */
	int (*visit)(void *context, const struct dwarf_spot *spot, struct reason *why);

	/* Called after the last entry of a unit; may be NULL. */
	void (*leave_unit)(void *context);
	void *context;
};

/*
 * Errors: what visit() returned; -ENODATA the types are in other files (.dwo), or there is no unit
 * of C; -EBADMSG, -EOPNOTSUPP, -ENOMEM.
 */
int dwarf_walk(struct dwarf_units *units, const struct dwarf_walk *walk, struct reason *why);

#endif
