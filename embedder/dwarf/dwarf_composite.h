/* SPDX-License-Identifier: MIT */
/* Structs, unions and enums, with their members and enumerators. */
#ifndef COREBTF_DWARF_DWARF_COMPOSITE_H
#define COREBTF_DWARF_DWARF_COMPOSITE_H

#include "embedder/dwarf/dwarf_made.h"

/* A struct or union, as the tag says. Errors: as dwarf_made.h. */
int dwarf_make_composite(struct dwarf_made *type);

/* An ENUM, or an ENUM64 where it is larger than 4 bytes. */
int dwarf_make_enum(struct dwarf_made *type);

#endif
