/* SPDX-License-Identifier: MIT */
/*
 * Removing first checks whether the end of the image is one that adding made (elf_tail.h) and then
 * cuts it off. Everything else, such as a file that strip or objcopy has rewritten since, goes
 * through elf_removal.h.
 */
#include "embedder/elf/elf_section.h"

#include <errno.h>
#include <string.h>

#include "embedder/elf/elf_removal.h"
#include "embedder/elf/elf_tail.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"

/* A file has one such section, or a few after some other tools. */
#define MAX_SECTIONS 16

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

int elf_section_remove(struct elf_image *image, struct reason *why)
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

int elf_section_add(struct elf_image *image, const void *bundle, size_t size, struct reason *why)
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
