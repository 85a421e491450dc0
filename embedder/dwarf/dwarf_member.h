/* SPDX-License-Identifier: MIT */
/*
 * What the numbers of members and arrays mean. Where a member is, in bits from the start of its
 *struct as BTF counts them: in a big-endian kernel from the most significant bit of a byte, in a
 *little-endian one from the least significant.
 *
 *	DWARF 4, 5	DW_AT_data_bit_offset is that number
 *	DWARF 2, 3	DW_AT_bit_offset counts from the most significant bit of the storage unit,
 *			which is DW_AT_byte_size bytes at DW_AT_data_member_location
 */
#ifndef COREBTF_DWARF_DWARF_MEMBER_H
#define COREBTF_DWARF_DWARF_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

struct dwarf_member {
	uint64_t location; /* bytes */
	uint64_t bit_size; /* 0: not a bit-field */
	bool has_data_bit_offset;
	uint64_t data_bit_offset;
	uint64_t bit_offset;
	uint64_t storage_size; /* bytes; used with bit_offset alone */
};

static inline uint64_t dwarf_member_bit_offset(const struct dwarf_member *member, bool big_endian)
{
	uint64_t start = member->location * 8;

	if (member->has_data_bit_offset)
		return member->data_bit_offset;
	if (!member->bit_size)
		return start;
	if (big_endian)
		return start + member->bit_offset;
	return start + member->storage_size * 8 - member->bit_offset - member->bit_size;
}

/* Elements of one dimension of an array; 0: not known, as of []. An upper bound of -1 is how some
 * compilers write [0]. */
static inline uint64_t dwarf_dimension(bool has_upper_bound, uint64_t upper_bound, uint64_t count)
{
	return has_upper_bound ? upper_bound + 1 : count;
}

#endif
