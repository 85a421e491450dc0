/* SPDX-License-Identifier: MIT */
/*
 * The input of fuzz_dwarf: sections of DWARF in one file. A byte of flags, and then each section of
 * dwarf_inputs, of the file and after these of the alternate one: a little-endian u32 for the size,
 * and the bytes. What is cut off is empty; an empty section counts as missing.
 */
#ifndef COREBTF_FUZZ_DWARF_INPUT_H
#define COREBTF_FUZZ_DWARF_INPUT_H

#include "embedder/dwarf/dwarf_sections.h"

#define DWARF_INPUT_BIG_ENDIAN 1
#define DWARF_INPUT_64BIT      2
#define DWARF_INPUT_SECTIONS   7

static inline struct dwarf_section *dwarf_input_section(struct dwarf_sections *sections, int number)
{
	struct dwarf_file *file =
		number < DWARF_INPUT_SECTIONS ? &sections->file : &sections->alternate;
	struct dwarf_section *const list[DWARF_INPUT_SECTIONS] = {
		&file->info,	    &file->abbrev, &file->str,	&file->line_str,
		&file->str_offsets, &file->types,  &file->addr,
	};

	return list[number % DWARF_INPUT_SECTIONS];
}

#endif
