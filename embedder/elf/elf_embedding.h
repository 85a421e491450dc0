/* SPDX-License-Identifier: MIT */
/*
 * Puts a bundle into an image, and takes it out again, in the one of the two ways that fits the
 * image. Bytes in, bytes out; executable.h does the same for files on disk.
 */
#ifndef COREBTF_ELF_ELF_EMBEDDING_H
#define COREBTF_ELF_ELF_EMBEDDING_H

#include "embedder/elf/elf_image.h"

/*
 * Gives the image the bundle, in the place of the one it may have: in its reserved segment if it
 * has one (elf_segment.h), else in an added section (elf_section.h). Errors: those of
 * elf_image_read() and elf_image_check_bundle(); -EOPNOTSUPP its section is part of the loaded
 * program and must not be touched; -EFBIG; -ENOMEM. The image is of no use after a failure.
 */
int elf_embedding_attach(struct elf_image *image, const void *bundle, size_t size,
			 struct reason *why);

/* Takes the section out, or empties the segment. -ENODATA: there is none, or it is empty. Else
 * as elf_embedding_attach(). */
int elf_embedding_remove(struct elf_image *image, struct reason *why);

#endif
