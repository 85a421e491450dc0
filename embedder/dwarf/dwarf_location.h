/* SPDX-License-Identifier: MIT */
/*
 * Where a member is in its struct, when DWARF has it as an expression: DWARF 2 always does, as
 * "the address of the struct plus a constant".
 */
#ifndef COREBTF_DWARF_DWARF_LOCATION_H
#define COREBTF_DWARF_DWARF_LOCATION_H

#include "embedder/dwarf/dwarf_form.h"

/* The constant, in bytes. Errors: -EOPNOTSUPP another expression, -EBADMSG it is cut off. */
int dwarf_location_read(const struct dwarf_value *block, bool swapped, uint64_t *ret_offset);

#endif
