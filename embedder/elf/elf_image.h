/* SPDX-License-Identifier: MIT */
/*
 * A whole ELF file in memory, to be changed.
 */
#ifndef COREBTF_ELF_ELF_IMAGE_H
#define COREBTF_ELF_ELF_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/elf/elf_file.h"
#include "runtime/util/reason.h"

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

/* -EINVAL: the bundle is empty, or of the other byte order. */
int elf_image_check_bundle(const struct elf_codec *codec, const void *bundle, size_t size,
			   struct reason *why);

#endif
