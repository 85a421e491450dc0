/* SPDX-License-Identifier: MIT */
/*
 * In an image with a reserved segment, that is filled or emptied; to all others a section is added,
 * or removed from them. Attaching removes an old section first, so that a file does not grow each
 * time its bundle is replaced.
 */
#include "embedder/elf/elf_embedding.h"

#include <errno.h>

#include "embedder/elf/elf_section.h"
#include "embedder/elf/elf_segment.h"
#include "embedder/util/cleanup.h"

int elf_embedding_remove(struct elf_image *image, struct reason *why)
{
	bool was_filled = false;
	int reserved = elf_segment_empty(image, &was_filled, why);

	if (reserved < 0)
		return reserved;
	if (!reserved)
		return elf_section_remove(image, why);
	return was_filled ? 0
			  : reason_set(why, -ENODATA,
				       "its segment .corebtf is empty: nothing was embedded yet");
}

int elf_embedding_attach(struct elf_image *image, const void *bundle, size_t size,
			 struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	bool was_filled;
	int err, reserved;

	err = elf_image_read(image, &file, why);
	if (!err)
		err = elf_image_check_bundle(&file.codec, bundle, size, why);
	if (err)
		return err;
	reserved = elf_segment_empty(image, &was_filled, why);
	if (reserved < 0)
		return reserved;
	if (reserved)
		return elf_segment_fill(image, bundle, size, why);
	err = elf_section_remove(image, why);
	if (err && err != -ENODATA)
		return err;
	return elf_section_add(image, bundle, size, why);
}
