/* SPDX-License-Identifier: MIT */
/*
 * Takes a section out of an ELF image whose end is not one that attaching left behind: strip or
 * objcopy have written the file anew, or something was appended to it.
 */
#ifndef COREBTF_ELF_ELF_REMOVAL_H
#define COREBTF_ELF_ELF_REMOVAL_H

#include <stddef.h>

#include "embedder/elf/elf_file.h"
#include "embedder/elf/elf_image.h"
#include "runtime/util/reason.h"

/*
 * @file: the headers of @image; afterwards it can only be released.
 * @section: its index; not mapped by a program header.
 * The section's header goes, and so do its bytes when nothing behind them has to stay where it
 * is. Errors: -EFBIG, -ENOMEM.
 */
int elf_removal_run(struct elf_image *image, struct elf_file *file, size_t section,
		    struct reason *why);

/*
 * Makes the section one of @size zero bytes, not more than it has; what follows it in the file
 * moves up, when it may. @file does not count the segment that maps the section any more
 * (p_filesz 0), and says what the headers are to be afterwards: the caller writes them.
 * Errors: as elf_removal_run().
 */
int elf_removal_shorten(struct elf_image *image, struct elf_file *file, size_t section,
			uint64_t size, struct reason *why);

#endif
