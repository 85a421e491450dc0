/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_location.h"

#include <dwarf.h>
#include <errno.h>

int dwarf_location_read(const struct dwarf_value *block, bool swapped, uint64_t *ret_offset)
{
	struct dwarf_bytes bytes = {
		.at = block->bytes,
		.end = block->bytes + block->number,
		.swapped = swapped,
	};
	uint64_t operation = dwarf_bytes_fixed(&bytes, 1), offset;

	switch (operation) {
	case DW_OP_plus_uconst:
	case DW_OP_constu:
		offset = dwarf_bytes_uleb(&bytes);
		break;
	case DW_OP_const1u:
		offset = dwarf_bytes_fixed(&bytes, 1);
		break;
	case DW_OP_const2u:
		offset = dwarf_bytes_fixed(&bytes, 2);
		break;
	case DW_OP_const4u:
		offset = dwarf_bytes_fixed(&bytes, 4);
		break;
	default:
		if (operation < DW_OP_lit0 || operation > DW_OP_lit31)
			return bytes.failed ? -EBADMSG : -EOPNOTSUPP;
		offset = operation - DW_OP_lit0;
		break;
	}
	if (operation != DW_OP_plus_uconst && dwarf_bytes_fixed(&bytes, 1) != DW_OP_plus)
		return bytes.failed ? -EBADMSG : -EOPNOTSUPP;
	if (bytes.failed)
		return -EBADMSG;
	if (dwarf_bytes_left(&bytes))
		return -EOPNOTSUPP;
	*ret_offset = offset;
	return 0;
}
