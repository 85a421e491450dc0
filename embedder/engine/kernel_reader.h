/* SPDX-License-Identifier: MIT */
/*
 * The types of a kernel as its file has them, raw BTF or DWARF -> a source of types. Only this file
 * knows which of the two it is.
 */
#ifndef COREBTF_ENGINE_KERNEL_READER_H
#define COREBTF_ENGINE_KERNEL_READER_H

#include "runtime/btf/btf_source.h"
#include "embedder/dwarf/dwarf_source.h"
#include "embedder/image/kernel_types.h"

/* Starts zeroed; may be opened again for other types, and keeps its memory. */
struct kernel_reader {
	struct btf_source btf;
	struct dwarf_source *dwarf;
	struct byte_buffer full; /* all of its types as BTF */
};

/* @types must outlive the use of *@ret_source, which is the reader's. Errors: those of
 * btf_source_open() and dwarf_source_open(). */
int kernel_reader_open(struct kernel_reader *reader, const struct kernel_types *types,
		       struct type_source **ret_source, struct reason *why);

/* The same for a source of which all types are read, by their ids: DWARF is converted as a whole.
 * Errors: also those of dwarf_source_write(). */
int kernel_reader_open_all(struct kernel_reader *reader, const struct kernel_types *types,
			   struct type_source **ret_source, struct reason *why);

/* Ends the use of the types; call it before they are closed. */
void kernel_reader_close(struct kernel_reader *reader);

void kernel_reader_free(struct kernel_reader *reader);

#endif
