/* SPDX-License-Identifier: MIT */
#include "embedder/elf/elf_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/foreign_file.h"
#include "runtime/bundle/format.h"

void elf_image_release(struct elf_image *image)
{
	free(TAKE_PTR(image->data));
}

int elf_image_resize(struct elf_image *image, size_t size, struct reason *why)
{
	uint8_t *data = realloc(image->data, size ? size : 1);

	if (!data)
		return reason_set(why, -ENOMEM, "out of memory for its %zu bytes", size);
	if (size > image->size)
		memset(data + image->size, 0, size - image->size);
	image->data = data;
	image->size = size;
	return 0;
}

int elf_image_read(const struct elf_image *image, struct elf_file *ret_file, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	int err;

	if (!elf_file_is(image->data, image->size)) {
		const char *name = foreign_file_name(image->data, image->size);

		return reason_set(why, -ENOEXEC,
				  "it is %s: give the executable or shared object (ELF) that the "
				  "linker made",
				  name ? name : "no ELF file");
	}
	err = elf_file_read(image->data, image->size, &file, why);
	if (err)
		return err;
	switch (file.header.e_type) {
	case ET_EXEC:
	case ET_DYN:
		break;
	case ET_REL:
		if (file.header.e_machine == EM_BPF)
			return reason_set(
				why, -ENOEXEC,
				"it is a BPF object, not a program: give the program first, "
				"then its BPF objects");
		return reason_set(why, -ENOEXEC, "it is an object file: link it first, then embed");
	case ET_CORE:
		return reason_set(why, -ENOEXEC, "it is a core dump, not a program");
	default:
		return reason_set(why, -ENOEXEC,
				  "it is neither an executable nor a shared object (ELF type %u)",
				  file.header.e_type);
	}
	*ret_file = file;
	file.sections = NULL;
	file.segments = NULL;
	return 0;
}

/* A bundle says which byte order it has; bytes that are no bundle are not checked. */
int elf_image_check_bundle(const struct elf_codec *codec, const void *bundle, size_t size,
			   struct reason *why)
{
	static const uint8_t little[] = {4, 3, 2, 1}, big[] = {1, 2, 3, 4};
	const uint8_t *other = codec->big_endian ? little : big;
	const uint8_t *bytes = bundle; /* maybe not aligned */

	if (!size)
		return reason_set(why, -EINVAL, "the bundle is empty");
	if (size < sizeof(struct corebtf_format_header) ||
	    memcmp(bytes, COREBTF_MAGIC, COREBTF_MAGIC_SIZE) != 0)
		return 0;
	if (memcmp(bytes + offsetof(struct corebtf_format_header, byte_order), other,
		   sizeof(little)) == 0)
		return reason_set(why, -EINVAL,
				  "the bundle is %s-endian, this file is for a %s-endian machine",
				  codec->big_endian ? "little" : "big",
				  codec->big_endian ? "big" : "little");
	return 0;
}
