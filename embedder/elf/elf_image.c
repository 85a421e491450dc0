/* SPDX-License-Identifier: MIT */
/*
 * The two operations on an image. One with a reserved segment has it filled or emptied
 * (elf_segment.h). From all others a section is taken, or added to them: removing first looks whether the end of the image is one that
 * attaching made (elf_tail.h) and then simply cuts it; everything else, such as what strip or
 * objcopy have made of it since, goes the general way (elf_removal.h). Attaching to an image
 * that has a section removes that first, so replacing never makes a file grow step by step.
 */
#include "embedder/elf/elf_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_removal.h"
#include "embedder/elf/elf_segment.h"
#include "embedder/elf/elf_tail.h"
#include "embedder/util/cleanup.h"
#include "runtime/format.h"

/* A file has one such section; one that other tools have mistreated, a few. */
#define MAX_SECTIONS 16

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

	err = elf_file_read(image->data, image->size, &file, why);
	if (err)
		return err;
	switch (file.header.e_type) {
	case ET_EXEC:
	case ET_DYN:
		break;
	case ET_REL:
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

static int check_removable(const struct elf_file *file, size_t index, struct reason *why)
{
	const Elf64_Shdr *section = &file->sections[index];

	if (index == file->names)
		return reason_set(why, -EBADMSG,
				  "its section .corebtf holds its section names: damaged");
	if (section->sh_type == SHT_NOBITS)
		return reason_set(why, -EOPNOTSUPP,
				  "its section .corebtf has no bytes: is this a file of debug "
				  "information?");
	if (section->sh_size && elf_file_is_mapped(file, section->sh_offset, section->sh_size))
		return reason_set(
			why, -EOPNOTSUPP,
			"the section .corebtf is part of a loaded segment of the program; "
			"it cannot be taken out or replaced");
	return 0;
}

/* Takes out one section .corebtf. Returns 1, 0 when there is none, or the error. */
static int remove_one(struct elf_image *image, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	Elf64_Ehdr header;
	size_t section, size;
	int err;

	err = elf_image_read(image, &file, why);
	if (err)
		return err;
	section = elf_file_find_section(&file, COREBTF_SECTION_NAME, 0);
	if (!section)
		return 0;
	err = check_removable(&file, section, why);
	if (err)
		return err;

	err = elf_tail_find_record(&file, section, &header, &size);
	if (err < 0)
		return reason_errno(why, err, "the end of the file");
	if (err) {
		elf_codec_put_header(&file.codec, image->data, &header);
		image->size = size;
		return 1;
	}
	err = elf_removal_run(image, &file, section, why);
	return err ? err : 1;
}

/* Takes out all sections .corebtf that are not part of the loaded program. */
static int remove_sections(struct elf_image *image, struct reason *why)
{
	for (int removed = 0; removed <= MAX_SECTIONS; removed++) {
		int found = remove_one(image, why);

		if (found < 0)
			return found;
		if (!found && !removed)
			return reason_set(why, -ENODATA, "it has no section .corebtf");
		if (!found)
			return 0;
	}
	return reason_set(why, -EBADMSG, "it has more than %d sections .corebtf: damaged",
			  MAX_SECTIONS);
}

int elf_image_remove(struct elf_image *image, struct reason *why)
{
	bool was_filled = false;
	int reserved = elf_segment_empty(image, &was_filled, why);

	if (reserved < 0)
		return reserved;
	if (!reserved)
		return remove_sections(image, why);
	return was_filled ? 0
			  : reason_set(why, -ENODATA,
				       "its segment .corebtf is empty: nothing was embedded yet");
}

/* A bundle says which byte order it has; bytes that are no bundle are not ours to judge. */
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

/* Adds the section to an image that has none. */
static int add_section(struct elf_image *image, const void *bundle, size_t size,
		       struct reason *why)
{
	_cleanup_(elf_tail_release) struct elf_tail tail = {0};
	_cleanup_(elf_file_release) struct elf_file file = {0};
	size_t start;
	int err, usual;

	err = elf_image_read(image, &file, why);
	if (err)
		return err;
	usual = elf_tail_is_usual(&file, &start);
	if (usual < 0)
		return reason_errno(why, usual, "the end of the file");
	if (!usual)
		start = image->size;
	err = elf_tail_build(&file, start, !usual, bundle, size, &tail, why);
	if (err)
		return err;
	err = elf_image_resize(image, start + tail.size, why);
	if (err)
		return err;
	memcpy(image->data + start, tail.data, tail.size);
	elf_codec_put_header(&file.codec, image->data, &tail.header);
	return 0;
}

int elf_image_attach(struct elf_image *image, const void *bundle, size_t size, struct reason *why)
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
	err = remove_sections(image, why);
	if (err && err != -ENODATA)
		return err;
	return add_section(image, bundle, size, why);
}
