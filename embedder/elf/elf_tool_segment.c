/* SPDX-License-Identifier: MIT */
/*
 * A runner and the bytes of a tool come in, the runner with them in its segment goes out.
 */
#include "embedder/elf/elf_tool_segment.h"

#include <errno.h>
#include <string.h>

#include "embedder/elf/elf_segment.h"
#include "embedder/util/cleanup.h"
#include "runner/object/tool_format.h"

/* Where the two segments of a runner are: numbers of sections and of program headers. */
struct places {
	size_t section, segment;
	struct elf_segment bundle;
};

static int find_places(const struct elf_file *file, struct places *ret, struct reason *why)
{
	size_t section = elf_file_find_section(file, TOOL_SECTION_NAME, 0);
	const Elf64_Shdr *own;
	size_t segment;
	int found;

	if (!section)
		return reason_set(
			why, -EINVAL,
			"it is no runner of corebtf: it has no section " TOOL_SECTION_NAME);
	segment = elf_file_find_segment(file, section);
	if (segment == file->segment_count || file->segments[segment].p_flags != PF_R)
		return reason_set(why, -EBADMSG,
				  "its section " TOOL_SECTION_NAME " has no segment of its own");
	own = &file->sections[section];
	for (uint64_t i = 0; i < own->sh_size; i++) {
		if (file->data[own->sh_offset + i])
			return reason_set(why, -EINVAL,
					  "it carries a tool already: give the runner as it was "
					  "installed");
	}
	found = elf_segment_find(file, &ret->bundle, why);
	if (found < 0)
		return found;
	if (!found || !elf_segment_is_empty(file, &ret->bundle))
		return reason_set(why, -EINVAL, "%s: give the runner as it was installed",
				  found ? "it carries BTFs already"
					: "it has no segment for a bundle");
	ret->section = section;
	ret->segment = segment;
	return 0;
}

/* Everything that is mapped must come before the segment, in the file and in memory, but for the
 * segment of the bundle, which comes after it. Gives back how many bytes it can have. */
static int find_room(const struct elf_file *file, const struct places *places, uint64_t *ret_room,
		     struct reason *why)
{
	const Elf64_Phdr *own = &file->segments[places->segment];
	const Elf64_Phdr *bundle = &file->segments[places->bundle.program_header];

	for (size_t i = 0; i < file->segment_count; i++) {
		const Elf64_Phdr *other = &file->segments[i];

		if (i == places->segment || i == places->bundle.program_header || !other->p_filesz)
			continue;
		if (other->p_offset + other->p_filesz > own->p_offset ||
		    other->p_vaddr >= own->p_vaddr)
			return reason_set(why, -EBADMSG,
					  "the program header [%zu] comes after its "
					  "section " TOOL_SECTION_NAME,
					  i);
	}
	if (bundle->p_vaddr <= own->p_vaddr || bundle->p_offset < own->p_offset + own->p_filesz)
		return reason_set(why, -EBADMSG,
				  "its section .corebtf comes before " TOOL_SECTION_NAME);
	*ret_room = bundle->p_vaddr - own->p_vaddr;
	return 0;
}

/* From @end on everything is @distance bytes further back. */
static void move_headers(struct elf_file *file, uint64_t end, uint64_t distance)
{
	for (size_t i = 0; i < file->segment_count; i++) {
		if (file->segments[i].p_filesz && file->segments[i].p_offset >= end)
			file->segments[i].p_offset += distance;
	}
	for (size_t i = 1; i < file->section_count; i++) {
		if (file->sections[i].sh_offset >= end)
			file->sections[i].sh_offset += distance;
	}
	if (file->header.e_shoff >= end)
		file->header.e_shoff += distance;
}

static void put_headers(struct elf_image *image, const struct elf_file *file)
{
	const struct elf_codec *codec = &file->codec;

	elf_codec_put_header(codec, image->data, &file->header);
	for (size_t i = 0; i < file->segment_count; i++)
		elf_codec_put_segment(codec,
				      image->data + file->header.e_phoff +
					      i * elf_codec_segment_size(codec),
				      &file->segments[i]);
	for (size_t i = 0; i < file->section_count; i++)
		elf_codec_put_section(codec,
				      image->data + file->header.e_shoff +
					      i * elf_codec_section_size(codec),
				      &file->sections[i]);
}

int elf_tool_segment_fill(struct elf_image *image, const void *payload, size_t size,
			  struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	uint64_t room = 0, page, end, distance;
	struct places places = {0};
	size_t offset, rest;
	int err;

	err = elf_image_read(image, &file, why);
	if (!err)
		err = find_places(&file, &places, why);
	if (!err)
		err = find_room(&file, &places, &room, why);
	if (err)
		return err;
	if (size > TOOL_MAX_SIZE || size > room)
		return reason_set(why, -EFBIG, "%zu bytes of BPF objects: a tool has at most %d",
				  size, TOOL_MAX_SIZE);

	/* elf_segment_find() has checked that this is a power of two, of pages. */
	page = file.segments[places.bundle.program_header].p_align;
	offset = file.sections[places.section].sh_offset;
	end = offset + file.sections[places.section].sh_size;
	rest = image->size - end;
	distance = (size + page - 1) & ~(page - 1);
	err = elf_image_resize(image, image->size + distance, why);
	if (err)
		return err;
	memmove(image->data + end + distance, image->data + end, rest);
	memset(image->data + offset, 0, end - offset + distance);
	memcpy(image->data + offset, payload, size);
	move_headers(&file, end, distance);
	file.sections[places.section].sh_size = size;
	file.segments[places.segment].p_filesz = size;
	file.segments[places.segment].p_memsz = size;
	put_headers(image, &file);
	return 0;
}
