/* SPDX-License-Identifier: MIT */
/*
 * The structs of events.h as BTF.
 */
#include "events.h"

#define SHOWN(name) const struct name *shown_##name __attribute__((unused))

SHOWN(plain);
SHOWN(bit_fields);
SHOWN(nested);
SHOWN(meanings);
SHOWN(open_ended);
SHOWN(words);
SHOWN(opened);
SHOWN(small);
