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
#include "runtime/util/reason.h"

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
	DWARF_ORIGIN,	/* DW_AT_abstract_origin: of a function that is inlined elsewhere */
	DWARF_HAS_CODE, /* DW_AT_low_pc or DW_AT_ranges: a function that was compiled */
	DWARF_ATTRIBUTES,
	DWARF_SKIPPED = DWARF_ATTRIBUTES,
};

/* How the value of a step is read. */
enum dwarf_reading {
	DWARF_READ_SKIP,     /* no value: @size bytes, or by the form if that is 0 */
	DWARF_READ_NUMBER,   /* @size bytes */
	DWARF_READ_UNIT_REF, /* @size bytes: an offset from the start of the unit */
	DWARF_READ_STR,	     /* @size bytes: an offset in .debug_str */
	DWARF_READ_TEXT,     /* the text before the other attributes (starts_with_text) */
	DWARF_READ_IMPLICIT, /* no bytes */
	DWARF_READ_FORM,     /* whatever the form says */
};

#define DWARF_SIZE_VARIES UINT16_MAX

struct dwarf_step {
	uint8_t attribute; /* enum dwarf_attribute */
	uint8_t reading;   /* enum dwarf_reading */
	uint16_t size;
	uint16_t offset; /* from the first attribute, or the one after the text; fixed size only */
	uint16_t form;
	int64_t implicit; /* DWARF_READ_IMPLICIT: the value */
};

struct dwarf_abbrev {
	uint32_t first_step;
	uint16_t step_count;
	uint16_t tag;	  /* 0: there is no such code */
	uint16_t size;	  /* of all attributes but that text, or DWARF_SIZE_VARIES */
	uint16_t name;	  /* offset of a name that is a 32-bit DW_FORM_strp, or DWARF_SIZE_VARIES */
	uint16_t sibling; /* offset of a DW_FORM_ref4 sibling, or DWARF_SIZE_VARIES */
	uint16_t type;	  /* offset of a DW_FORM_ref4 type, or DWARF_SIZE_VARIES */
	uint16_t location;     /* offset of a DW_AT_data_member_location */
	uint8_t location_size; /* of it, 1 to 8 bytes */
	uint8_t read_count;    /* attributes that are read */
	bool has_children;
	bool is_closed;	       /* a type in whose children C has no other types */
	bool starts_with_text; /* the first attribute is the name, as a string that is in place */
	bool has_declaration;  /* DW_AT_declaration is among the attributes */
	bool is_plain; /* fixed sizes, and of what is read no more than name, type and location */
};

/* Forms below this number have their sizes in a table. */
#define DWARF_FORM_SIZES 48

struct dwarf_abbrevs {
	struct dwarf_abbrev *abbrevs; /* by code */
	uint32_t count, capacity;
	struct dwarf_step *steps;
	uint32_t step_count, step_capacity;
	uint64_t size;	     /* in bytes, as they are in the section */
	bool refers_outside; /* some attribute may refer to another unit */
	struct dwarf_format format;
	int8_t form_sizes[DWARF_FORM_SIZES]; /* with that format */
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
