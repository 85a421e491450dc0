/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_conversion.h"

int dwarf_conversion_fail(int err, struct reason *why)
{
	if (err == -ENOMEM)
		return reason_set(why, err, "out of memory");
	if (err == -E2BIG)
		return reason_set(why, err,
				  "DWARF: there are more types or strings than BTF can hold");
	return err;
}

int dwarf_conversion_id(struct dwarf_conversion *conversion, uint64_t place, uint32_t *ret_id,
			struct reason *why)
{
	uint64_t digest;
	int err = dwarf_digest(&conversion->digester, place, &digest, why);

	if (err)
		return err;
	err = dwarf_types_add(&conversion->types, digest, place, DWARF_AS_TYPE, ret_id);
	return dwarf_conversion_fail(err, why);
}
