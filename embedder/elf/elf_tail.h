/* SPDX-License-Identifier: MIT */
/*
 * The end of an ELF file that carries a bundle: what attaching writes after the last byte that
 * stays, and how removing recognises it.
 *
 * Most linkers end a file with the section names and the section headers. There, these two are
 * cut off and written anew behind the bundle (left). In any other file (the names elsewhere, as
 * lld has it; the headers at the front, as Go has it; none at all; a payload after them) every
 * byte stays where it is, and the new end starts with a record of what the ELF header said
 * before (right).
 *
 *	+-------------------------+ start	+-------------------------+ start: the old size
 *	| zero bytes, to 8        |		| zero bytes, to 8        |
 *	+-------------------------+		+-------------------------+
 *	| .corebtf                |		| record, 32 bytes        |
 *	+-------------------------+		+-------------------------+
 *	| section names, with ours|		| .corebtf                |
 *	+-------------------------+		+-------------------------+
 *	| zero bytes, to 8 (4 of  |		| section names, with ours|
 *	| a 32-bit file)          |		+-------------------------+
 *	+-------------------------+		| zero bytes              |
 *	| section headers         |		+-------------------------+
 *	+-------------------------+ end		| section headers         |
 *						+-------------------------+ end
 *
 * Both can be undone to the byte, without a guess: an end counts as ours, or as the usual one, only
 * if building it again gives the very same bytes.
 *
 * A program that finds a payload of its own from the end of the file, or from the end of the
 * section headers (AppImage), has to get its payload after the bundle: no layout can help there.
 */
#ifndef COREBTF_ELF_ELF_TAIL_H
#define COREBTF_ELF_ELF_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/elf/elf_file.h"
#include "runtime/util/reason.h"

struct elf_tail {
	size_t start;  /* offset in the file: what comes before it stays */
	uint8_t *data; /* owned */
	size_t size;
	Elf64_Ehdr header; /* the ELF header that goes with this end */
};

/*
 * Builds the end that gives @file the section .corebtf with the @size bytes of @bundle, from
 * @start on; with a record if @with_record. @bundle NULL: the end of names and headers alone that
 * a file without a bundle has. Errors: -EFBIG, -ENOMEM.
 */
int elf_tail_build(const struct elf_file *file, size_t start, bool with_record, const void *bundle,
		   size_t size, struct elf_tail *ret_tail, struct reason *why);
void elf_tail_release(struct elf_tail *tail);

/*
 * Does the file end with its names and its headers and nothing else, in the usual way? Then
 * *ret_start is where that end starts. Returns 1, 0 or -ENOMEM.
 */
int elf_tail_is_usual(const struct elf_file *file, size_t *ret_start);

/*
 * Does the file end with what elf_tail_build() makes with a record, where @section is .corebtf?
 * Then *ret_header and *ret_size are the ELF header and the size it had before. Returns 1, 0 or
 * -ENOMEM.
 */
int elf_tail_find_record(const struct elf_file *file, size_t section, Elf64_Ehdr *ret_header,
			 size_t *ret_size);

#endif
