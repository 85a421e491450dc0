/* SPDX-License-Identifier: MIT */
/*
 * The added section .corebtf: not loaded, and after everything that is. Any finished ELF file can
 * have one; elf_segment.h is the other way.
 */
#ifndef COREBTF_ELF_ELF_SECTION_H
#define COREBTF_ELF_ELF_SECTION_H

#include "embedder/elf/elf_image.h"

/* Adds the section to an image that has none. Errors: those of elf_image_read(), -EFBIG, -ENOMEM.
 * After a failure the image can only be released. */
int elf_section_add(struct elf_image *image, const void *bundle, size_t size, struct reason *why);

/*
 * Takes out all sections of that name.
 * Errors: those of elf_image_read(); -ENODATA there is none; -EOPNOTSUPP one is part of the loaded
 * program and must not be touched; -ENOMEM.
 */
int elf_section_remove(struct elf_image *image, struct reason *why);

#endif
