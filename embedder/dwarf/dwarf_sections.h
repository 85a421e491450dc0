/* SPDX-License-Identifier: MIT */
/*
 * The DWARF of one kernel: the sections of its debug information, uncompressed, wherever they came
 * from (a vmlinux, a split debug file, a package). Nothing here is owned; the caller keeps
 * the bytes until the source that reads them (dwarf_source.h) is closed. All bytes are untrusted.
 */
#ifndef COREBTF_DWARF_DWARF_SECTIONS_H
#define COREBTF_DWARF_DWARF_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf_section {
	const uint8_t *data; /* NULL: the file has none */
	size_t size;
};

/* The sections of one file. Others (line tables, locations, frames, relocations) are not read. */
struct dwarf_file {
	struct dwarf_section info;	  /* .debug_info */
	struct dwarf_section abbrev;	  /* .debug_abbrev */
	struct dwarf_section str;	  /* .debug_str */
	struct dwarf_section line_str;	  /* .debug_line_str: strings of DWARF 5 */
	struct dwarf_section str_offsets; /* .debug_str_offsets: for DW_FORM_strx, clang's */
	struct dwarf_section types;	  /* .debug_types: type units of DWARF 4 */
	struct dwarf_section addr;	  /* .debug_addr: libdwarf reads clang's units with it */
};

struct dwarf_sections {
	struct dwarf_file file;
	struct dwarf_file
		alternate; /* dwz's common file (.gnu_debugaltlink); info.data NULL: none */
	bool big_endian;
	bool is_64bit; /* the ELF class, so the size of a pointer */
};

#endif
