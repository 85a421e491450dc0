/* SPDX-License-Identifier: MIT */
/*
 * Distinct types ↔ the columns of a pack: all types, in the order of the pack (pack_order.h); one
 * type is type_coder.h's.
 */
#ifndef COREBTF_PACK_TYPE_COLUMNS_H
#define COREBTF_PACK_TYPE_COLUMNS_H

#include "embedder/pack/column.h"
#include "embedder/pack/pack_format.h"
#include "embedder/pack/pack_order.h"
#include "embedder/pack/type_set.h"

/* How many types of each kind there are, and which part of them are roots or slots. */
struct type_counts {
	uint32_t types[PACK_KINDS], roots[PACK_KINDS], slots[PACK_KINDS];
};

/* --- writing ---------------------------------------------------------------------------------- */

struct type_columns {
	struct byte_buffer columns[PACK_PART_COLUMNS_END];
	struct byte_buffer tails[PACK_STRINGS_COUNT], prefixes[PACK_STRINGS_COUNT];
	struct type_counts counts;
	uint64_t strings_size;
};

void type_columns_free(struct type_columns *columns);

/*
 * Writes the types that @order has, whose roots are in it already, sorted.
 * @patterns: by type of order->set, which kernels have it, by any numbers. @ret_patterns: by number
 * of a pattern in the columns, the number in @patterns; malloc'd. Error: -ENOMEM.
 */
int type_columns_write(struct type_columns *columns, struct pack_order *order,
		       const uint32_t *patterns, uint32_t **ret_patterns,
		       uint32_t *ret_pattern_count);

/* --- reading ---------------------------------------------------------------------------------- */

struct type_columns_input {
	struct column_reader columns[PACK_PART_COLUMNS_END];
	struct column_reader tails[PACK_STRINGS_COUNT], prefixes[PACK_STRINGS_COUNT];
	struct type_counts counts;
	uint32_t strings_size;
};

/* The pattern of a type that was not read. */
#define TYPE_COLUMNS_UNREAD UINT32_MAX

/*
 * Reads all types, or with @warm those that can be read before the first cold one (pack_order.h):
 * of others only the kind is there then.
 * @set: freed with type_set_free(), on failure as well; its ordinals are given
 * (by type, malloc'd) and belong to it. @ret_patterns: by type, malloc'd.
 * Errors: -EBADMSG, -ENOMEM.
 */
int type_columns_read(struct type_columns_input *input, bool warm, uint32_t *ordinals,
		      struct type_set *ret_set, uint32_t **ret_patterns,
		      uint32_t *ret_pattern_count, struct reason *why);

#endif
