/* SPDX-License-Identifier: MIT */
/*
 * The abbreviations of one unit, decoded once: for each code the tag of its entries and the
 * attributes, as steps. Attributes that types do not need and that have a fixed size are stepped
 * over together.
 *
 *	abbreviation   DW_AT_name strp, DW_AT_decl_file data1, DW_AT_decl_line data2, DW_AT_type
 *ref4 steps          read name (strp), skip 3 bytes, read type (ref4)
 */
#ifndef COREBTF_DWARF_DWARF_ABBREVS_H
#define COREBTF_DWARF_DWARF_ABBREVS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/dwarf/dwarf_form.h"
#include "embedder/util/reason.h"

/* The attributes that are read. */
enum dwarf_attribute {
	DWARF_NAME,
	DWARF_SIBLING,
	DWARF_TYPE,
	DWARF_BYTE_SIZE,
	DWARF_BIT_SIZE,
	DWARF_BIT_OFFSET,
	DWARF_DATA_BIT_OFFSET,
	DWARF_MEMBER_LOCATION,
	DWARF_DECLARATION,
	DWARF_UPPER_BOUND,
	DWARF_COUNT,
	DWARF_ENCODING,
	DWARF_CONST_VALUE,
	DWARF_SIGNATURE,
	DWARF_LANGUAGE,
	DWARF_STR_OFFSETS_BASE,
	DWARF_DWO_NAME,
	DWARF_HAS_CODE, /* DW_AT_low_pc or DW_AT_ranges: a function that was compiled */
	DWARF_ATTRIBUTES,
	DWARF_SKIPPED = DWARF_ATTRIBUTES,
};

struct dwarf_step {
	uint8_t attribute; /* enum dwarf_attribute */
	uint16_t skip;	   /* DWARF_SKIPPED: bytes; 0: by the form */
	uint16_t form;
	int64_t implicit; /* of DW_FORM_implicit_const */
};

#define DWARF_SIZE_VARIES UINT16_MAX

struct dwarf_abbrev {
	uint32_t first_step;
	uint16_t step_count;
	uint16_t tag;	  /* 0: there is no such code */
	uint16_t size;	  /* of all attributes, or DWARF_SIZE_VARIES */
	uint16_t sibling; /* where a DW_FORM_ref4 sibling is, or DWARF_SIZE_VARIES */
	bool has_children;
};

struct dwarf_abbrevs {
	struct dwarf_abbrev *abbrevs; /* by code */
	uint32_t count, capacity;
	struct dwarf_step *steps;
	uint32_t step_count, step_capacity;
};

/*
 * Decodes the abbreviations at @data, which end with a zero or at @end. @abbrevs starts zeroed or
 * was used before, and keeps its memory. Errors: -EBADMSG, -EOPNOTSUPP a form that is not known,
 * -ENOMEM.
 */
int dwarf_abbrevs_read(struct dwarf_abbrevs *abbrevs, const uint8_t *data, const uint8_t *end,
		       const struct dwarf_format *format, struct reason *why);

void dwarf_abbrevs_free(struct dwarf_abbrevs *abbrevs);

/* NULL: there is no such code. */
static inline const struct dwarf_abbrev *dwarf_abbrevs_find(const struct dwarf_abbrevs *abbrevs,
							    uint64_t code)
{
	if (code >= abbrevs->count || !abbrevs->abbrevs[code].tag)
		return NULL;
	return &abbrevs->abbrevs[code];
}

#endif
