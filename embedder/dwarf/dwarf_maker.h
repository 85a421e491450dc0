/* SPDX-License-Identifier: MIT */
/*
 * Makes BTF types of DWARF entries, which libdwarf reads. A type that the made one refers to gets
 * an id, and is made when it is asked for itself.
 */
#ifndef COREBTF_DWARF_DWARF_MAKER_H
#define COREBTF_DWARF_DWARF_MAKER_H

#include "embedder/dwarf/dwarf_conversion.h"

/* Makes type @id and sets its offset. Errors: -EBADMSG, -EOPNOTSUPP, -E2BIG, -ENOMEM. */
int dwarf_maker_make(struct dwarf_conversion *conversion, uint32_t id, struct reason *why);

#endif
