/* SPDX-License-Identifier: MIT */
/*
 * The DWARF of a kernel as a source of types, which are converted when they are asked for.
 */
#ifndef COREBTF_DWARF_DWARF_SOURCE_H
#define COREBTF_DWARF_DWARF_SOURCE_H

#include "embedder/dwarf/dwarf_sections.h"
#include "runtime/types/type_source.h"
#include "embedder/util/byte_buffer.h"

struct dwarf_source;

/*
 * Checks the headers of all units; find() then indexes the names. @sections (copied) and the bytes
 * it points to must outlive the source.
 * Errors: -ENODATA no units of C in it, -EBADMSG damaged, -EOPNOTSUPP a version or form that is not
 * known or a part that is in another file (.dwo), -ENOMEM.
 */
int dwarf_source_open(const struct dwarf_sections *sections, struct dwarf_source **ret_source,
		      struct reason *why);

/* For _cleanup_; NULL is fine. */
void dwarf_source_close(struct dwarf_source *source);

/* The types, for matching and trimming. Owned by @source. */
struct type_source *dwarf_source_types(struct dwarf_source *source);

/*
 * Appends the full BTF, with each distinct type once, in the byte order of the kernel: 24-byte
 * header, types, strings. Errors: as dwarf_source_open(); -E2BIG more than BTF can hold.
 */
int dwarf_source_write(struct dwarf_source *source, struct byte_buffer *output, struct reason *why);

#endif
