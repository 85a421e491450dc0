/* SPDX-License-Identifier: MIT */
/*
 * Entries as libdwarf reads them: what types are converted from. libdwarf takes the sections from
 * us, where they are mapped; it would read the whole file into memory otherwise, with the
 * relocations, which are applied already.
 *
 * libdwarf goes through a list of all units from the start of .debug_info for each entry that is
 * opened. So it is given one unit as if that were all of .debug_info, unless the unit refers to
 * others.
 */
#ifndef COREBTF_DWARF_DWARF_LIBRARY_H
#define COREBTF_DWARF_DWARF_LIBRARY_H

#include <stdbool.h>

#include "embedder/dwarf/dwarf_units.h"

struct dwarf_library;

/* An entry that is open in libdwarf. Starts zeroed. */
struct dwarf_die {
	struct dwarf_library *library;
	struct dwarf_opened *file; /* what libdwarf has open, in which the entry is */
	enum dwarf_part part;
	void *die; /* Dwarf_Die; NULL: none */
};

/* @units must outlive it. Errors: -EBADMSG with libdwarf's own words, -ENOMEM. */
int dwarf_library_open(struct dwarf_units *units, struct dwarf_library **ret_library,
		       struct reason *why);

/* NULL is fine. */
void dwarf_library_close(struct dwarf_library *library);

/* Opens the entry at @place. One at a time: another one must have been closed before. Error:
 * -EBADMSG. */
int dwarf_die_open(struct dwarf_library *library, uint64_t place, struct dwarf_die *ret_die,
		   struct reason *why);

/* For _cleanup_; an empty one is fine. */
void dwarf_die_close(struct dwarf_die *die);

/* Opens the first child into *@ret_child. 1, 0: there is none, or -EBADMSG. */
int dwarf_die_child(const struct dwarf_die *die, struct dwarf_die *ret_child, struct reason *why);

/* Goes on to the next sibling. 1, 0: there is none, and @die is closed, or -EBADMSG. */
int dwarf_die_next(struct dwarf_die *die, struct reason *why);

/* DW_TAG_... */
int dwarf_die_tag(const struct dwarf_die *die, uint16_t *ret_tag, struct reason *why);

/*
 * The attribute DW_AT_... as a number; a signed one is sign-extended, and *@ret_negative says
 * whether it is below 0 (may be NULL). The location of a member may be an expression. 1, 0: it
 * is not there or is no constant, -EBADMSG, -EOPNOTSUPP another expression.
 */
int dwarf_die_number(const struct dwarf_die *die, unsigned int attribute, uint64_t *ret_number,
		     bool *ret_negative, struct reason *why);

/* DW_AT_name; "": none. The string belongs to libdwarf or the sections. 0 or -EBADMSG. */
int dwarf_die_name(const struct dwarf_die *die, const char **ret_name, struct reason *why);

/* The place that an attribute refers to. 1, 0: it is not there, -EBADMSG. */
int dwarf_die_reference(const struct dwarf_die *die, unsigned int attribute, uint64_t *ret_place,
			struct reason *why);

#endif
