/* SPDX-License-Identifier: MIT */
/*
 * A whole ELF file in memory, and its section .corebtf: put it in, take it out. Bytes in, bytes
 * out; executable.h is the same for files on disk.
 */
#ifndef COREBTF_ELF_ELF_IMAGE_H
#define COREBTF_ELF_ELF_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/elf/elf_file.h"
#include "embedder/util/reason.h"

struct elf_image {
	uint8_t *data; /* malloc'd, owned */
	size_t size;
};

void elf_image_release(struct elf_image *image);

/* New bytes are zero. Errors: -ENOMEM. */
int elf_image_resize(struct elf_image *image, size_t size, struct reason *why);

/*
 * Reads the headers of an executable or shared object. Errors: those of elf_file_read(), and
 * -ENOEXEC for an object file, a core dump and other types.
 */
int elf_image_read(const struct elf_image *image, struct elf_file *ret_file, struct reason *why);

/*
 * Gives the image the section, in the place of the one it may have. Errors: those of
 * elf_image_read(); -EOPNOTSUPP its section is part of the loaded program; -EFBIG; -EINVAL the
 * bundle is empty or of the other byte order; -ENOMEM. The image is of no use after a failure.
 */
int elf_image_attach(struct elf_image *image, const void *bundle, size_t size, struct reason *why);

/* Takes the section out. -ENODATA: it has none. Else as elf_image_attach(). */
int elf_image_remove(struct elf_image *image, struct reason *why);

#endif
