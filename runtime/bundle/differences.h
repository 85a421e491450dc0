/* SPDX-License-Identifier: MIT */
/*
 * The records of packed tables, as they are before xz and after it: words of a record are stored as
 * their differences from the record before (docs/format.md, 4.2). Neighbours are alike, so most of
 * these are zero or all the same, and unpack in a few long runs.
 */
#ifndef COREBTF_DIFFERENCES_H
#define COREBTF_DIFFERENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/bundle/format.h"

/*
 * @tables: memory in which the tables are at the offsets of @header, which is in the host's byte
 *	order; the caller has checked that they are inside.
 * @swapped: the tables' byte order is not the host's.
 */
void differences_take(uint8_t *tables, const struct corebtf_format_header *header, bool swapped);

/* Undoes it. */
void differences_add(uint8_t *tables, const struct corebtf_format_header *header, bool swapped);

#endif
