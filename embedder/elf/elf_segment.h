/* SPDX-License-Identifier: MIT */
/*
 * The segment that linker-scripts/corebtf.ld reserves for a bundle: a section .corebtf that is
 * loaded, alone in a read-only segment which is the last one of the program's addresses.
 *
 * The linker leaves a few zero bytes in it. Nothing follows it among the addresses of the program,
 * nor among the mapped bytes of the file, so it can grow after the link. What follows it in the
 * file is not mapped and moves as a whole; the headers of these sections, the ELF header and the
 * segment's own program header change, and nothing else.
 *
 *	  after the link		  filled
 *	+-------------------------+	+-------------------------+
 *	| all other segments      |	| all other segments      |
 *	+-------------------------+	+-------------------------+ multiple of the alignment
 *	| .corebtf, 8 zero bytes  |	| .corebtf, the bundle    |
 *	+-------------------------+	+-------------------------+
 *	| symbols, debug          |	| zero bytes, to 8        |
 *	| information, ...        |	| record, 24 bytes        |
 *	+-------------------------+	| zero bytes, for the     |
 *	| section headers         |	| alignment of the rest   |
 *	+-------------------------+	+-------------------------+
 *	| whatever was appended   |	| symbols, debug          |
 *	+-------------------------+	| information, ...        |
 *					+-------------------------+
 *					| section headers         |
 *					+-------------------------+
 *					| whatever was appended   |
 *					+-------------------------+
 *
 * The record says how large the segment was and how far the rest moved, so emptying it gives back
 * the file to the byte. As with elf_tail.h it counts only if filling again gives the very same
 * file. After strip or objcopy have laid the file out anew there is no record: then the segment is
 * shortened in its place.
 */
#ifndef COREBTF_ELF_ELF_SEGMENT_H
#define COREBTF_ELF_ELF_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/elf/elf_file.h"
#include "embedder/elf/elf_image.h"
#include "runtime/util/reason.h"

struct elf_segment {
	size_t section;	       /* index of the section header */
	size_t program_header; /* index of the program header */
};

/*
 * Finds the segment and checks all that makes growing it safe. Returns 1, 0 when the file has
 * none, or -EOPNOTSUPP when it has one that must not be touched; @why says what to do.
 */
int elf_segment_find(const struct elf_file *file, struct elf_segment *ret_segment,
		     struct reason *why);

/* Are there only zero bytes in it, as after the link? */
bool elf_segment_is_empty(const struct elf_file *file, const struct elf_segment *segment);

/*
 * Empties the segment. Returns 1, 0 when the file has none, or an error: those of
 * elf_segment_find() and elf_image_read(), -EFBIG, -ENOMEM. *ret_was_filled: there was something.
 */
int elf_segment_empty(struct elf_image *image, bool *ret_was_filled, struct reason *why);

/* Fills the empty segment of @image. -EFBIG: addresses or file offsets would not fit. -ENOMEM. */
int elf_segment_fill(struct elf_image *image, const void *bundle, size_t size, struct reason *why);

#endif
