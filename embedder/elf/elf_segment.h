/* SPDX-License-Identifier: MIT */
/*
 * The segment that linker-scripts/corebtf.ld reserves for a bundle: a section .corebtf that is
 * loaded, alone in a read-only segment which is the last one of the program's addresses.
 *
 * The linker leaves a few zero bytes in it. Nothing comes behind it in memory, so it may become
 * longer after the link: the bundle goes to the end of the file, and of all that was there only
 * two headers change, the segment's and the section's.
 *
 *	  after the link		  filled
 *	+-------------------------+	+-------------------------+
 *	| all other segments      |	| all other segments      |
 *	+-------------------------+	+-------------------------+
 *	| .corebtf, 8 zero bytes  |	| 8 zero bytes, unused    |
 *	+-------------------------+	+-------------------------+
 *	| symbols, section headers|	| symbols, section headers|
 *	+-------------------------+	+-------------------------+ size before
 *					| zero bytes              |
 *					| record, 32 bytes        |
 *					+-------------------------+ multiple of the alignment
 *					| .corebtf, the bundle    |
 *					+-------------------------+
 *
 * The record says where the segment was, so emptying it gives back the file to the byte. As with
 * elf_tail.h it counts only if filling again gives the very same file. After strip or objcopy
 * have laid the file out anew there is none: then the segment is shortened in its place.
 */
#ifndef COREBTF_ELF_ELF_SEGMENT_H
#define COREBTF_ELF_ELF_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/elf/elf_file.h"
#include "embedder/elf/elf_image.h"
#include "embedder/util/reason.h"

struct elf_segment {
	size_t section;	       /* index of the section header */
	size_t program_header; /* index of the program header */
};

/*
 * Finds the segment and checks all that makes growing it safe. Returns 1, 0 when the file has
 * none, or -EOPNOTSUPP when it has one that must not be touched; @why then says what to do.
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
