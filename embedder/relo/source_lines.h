/* SPDX-License-Identifier: MIT */
/*
 * The function and source line of an instruction of a BPF object, from .BTF.ext. They are for
 * messages only, so a damaged table counts as empty.
 */
#ifndef COREBTF_RELO_SOURCE_LINES_H
#define COREBTF_RELO_SOURCE_LINES_H

#include "embedder/relo/btf_ext.h"
#include "runtime/types/type_view.h"

struct source_table {
	struct btf_ext_reader reader;
	struct btf_ext_section *sections;
	size_t count, capacity;
	/* Where the last search ended: most searches continue there. */
	size_t section;
	uint32_t record;
	uint32_t steps_left;
};

/* Points into .BTF.ext, which must outlive it. */
struct source_lines {
	struct source_table functions, lines;
};

/* String offsets in the object's .BTF, checked; 0: not known. */
struct source_line {
	uint32_t function; /* name */
	uint32_t file, text;
	uint32_t line, column; /* from 1 */
};

/* 0 or -ENOMEM. */
int source_lines_open(struct source_lines *lines, const void *ext, size_t size);
void source_lines_free(struct source_lines *lines);

/* @section: the section's name as a string offset. @instruction_offset: bytes in the section.
 * @types: of the object. */
struct source_line source_lines_find(struct source_lines *lines, const struct type_view *types,
				     uint32_t section, uint32_t instruction_offset);

#endif
