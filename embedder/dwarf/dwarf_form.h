/* SPDX-License-Identifier: MIT */
/*
 * The forms in which attributes are written (DWARF 5, section 7.5.6, and GNU's extensions): how
 * many bytes a value takes, and what it is.
 */
#ifndef COREBTF_DWARF_DWARF_FORM_H
#define COREBTF_DWARF_DWARF_FORM_H

#include "embedder/dwarf/dwarf_bytes.h"

/* What the size of a form depends on. */
struct dwarf_format {
	uint8_t version;      /* of DWARF: 2 to 5 */
	uint8_t address_size; /* 4 or 8 */
	uint8_t offset_size;  /* 4: 32-bit DWARF, 8: 64-bit DWARF */
};

enum dwarf_class {
	DWARF_CLASS_OTHER,     /* nothing that types need: addresses, lists, macros */
	DWARF_CLASS_CONSTANT,  /* a number; DW_FORM_sdata's is sign-extended */
	DWARF_CLASS_BLOCK,     /* value: number of bytes; they follow */
	DWARF_CLASS_TEXT,      /* the string is here */
	DWARF_CLASS_STR,       /* offset in .debug_str */
	DWARF_CLASS_LINE_STR,  /* offset in .debug_line_str */
	DWARF_CLASS_STR_INDEX, /* index into .debug_str_offsets */
	DWARF_CLASS_ALT_STR,   /* offset in .debug_str of the alternate file */
	DWARF_CLASS_UNIT_REF,  /* offset from the start of the unit */
	DWARF_CLASS_INFO_REF,  /* offset in .debug_info */
	DWARF_CLASS_ALT_REF,   /* offset in .debug_info of the alternate file */
	DWARF_CLASS_SIGNATURE, /* of a type unit */
};

struct dwarf_value {
	enum dwarf_class class;
	uint64_t number;
	const uint8_t *bytes; /* of a block, or the text */
};

#define DWARF_FORM_VARIES  (-1)
#define DWARF_FORM_UNKNOWN (-2)

/* Bytes that a value of @form takes, DWARF_FORM_VARIES or DWARF_FORM_UNKNOWN. */
int dwarf_form_size(uint64_t form, const struct dwarf_format *format);

/* Whether a value of @form refers to something outside of the unit. */
bool dwarf_form_refers_outside(uint64_t form);

/* Steps over a value. An unknown form marks @bytes as failed. */
void dwarf_form_skip(struct dwarf_bytes *bytes, uint64_t form, const struct dwarf_format *format);

/* Reads a value. @implicit: that of DW_FORM_implicit_const. */
void dwarf_form_read(struct dwarf_bytes *bytes, uint64_t form, int64_t implicit,
		     const struct dwarf_format *format, struct dwarf_value *ret_value);

#endif
