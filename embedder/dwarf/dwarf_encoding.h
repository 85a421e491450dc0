/* SPDX-License-Identifier: MIT */
/*
 * DW_AT_encoding of a number, as far as BTF tells it. One compiler writes signed char as a
 * character where another writes a number; for BTF both are the same type.
 */
#ifndef COREBTF_DWARF_DWARF_ENCODING_H
#define COREBTF_DWARF_DWARF_ENCODING_H

#include <stdint.h>
#include <dwarf.h>
#include <linux/btf.h>

#define DWARF_ENCODING_FLOAT 0x80 /* none of an INT's flags: BTF has a kind for it */

/* BTF_INT_SIGNED, BTF_INT_BOOL, DWARF_ENCODING_FLOAT; 0: anything else. */
static inline uint32_t dwarf_encoding_of(uint64_t encoding)
{
	switch (encoding) {
	case DW_ATE_boolean:
		return BTF_INT_BOOL;
	case DW_ATE_signed:
	case DW_ATE_signed_char:
		return BTF_INT_SIGNED;
	case DW_ATE_float:
		return DWARF_ENCODING_FLOAT;
	default:
		return 0;
	}
}

#endif
