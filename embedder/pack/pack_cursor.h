/* SPDX-License-Identifier: MIT */
/*
 * One kernel of a pack after the other → which patterns it has, checked.
 *
 * Neighbours have almost the same patterns, so a cursor moves from kernel to kernel by what is
 * different between them: through all kernels of a pack it takes one step for each change that the
 * pack stores (docs/pack-format.md, 4.4).
 */
#ifndef COREBTF_PACK_PACK_CURSOR_H
#define COREBTF_PACK_PACK_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"

struct pack_reader;

/* Starts zeroed. */
struct pack_cursor {
	const struct pack_reader *reader;
	uint64_t *has; /* bit n: the kernel has the types of pattern n */
	size_t next;   /* kernel after the one that it is on */
	/* Of the patterns that it has. */
	uint32_t types;
	uint64_t digests, checksums;
};

/* On no kernel yet. @reader: loaded, and outlives the cursor. Error: -ENOMEM. */
int pack_cursor_open(struct pack_cursor *cursor, const struct pack_reader *reader);
void pack_cursor_close(struct pack_cursor *cursor); /* for _cleanup_ */

/* Moves to kernel @number, in either direction. Error: -EBADMSG its checksum is wrong. */
int pack_cursor_move(struct pack_cursor *cursor, size_t number, struct reason *why);

static inline bool pack_cursor_has(const struct pack_cursor *cursor, uint32_t pattern)
{
	return cursor->has[pattern / 64] >> (pattern & 63) & 1;
}

#endif
