/* SPDX-License-Identifier: MIT */
/*
 * An image with the reserved segment comes in, the image with the bundle in it goes out; and back.
 *
 * Code reaches everything by its distance in memory, so nothing that is mapped may move. The
 * reserved segment can grow because nothing follows it, neither among the addresses nor among the
 * mapped bytes of the file. What takes the addresses after the program (the heap, libraries) is
 * placed by the kernel and the loader after they have read the new size.
 *
 * The bytes that follow it in the file are symbols, debug information and headers, which only
 * section headers and the ELF header point to. They move to make room, so that the loaded sections
 * still come before all others: dwz, which Debian's dh_dwz runs, moves what follows the debug
 * information, and so refuses or damages a file with a loaded section there.
 */
#include "embedder/elf/elf_segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_removal.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"

/* What is left in a segment that is emptied without a record: as much as the linker put there. */
#define EMPTY_SIZE COREBTF_ALIGNMENT

/* The loader maps whole pages; no machine has larger ones than this. */
#define MIN_PAGE 4096
#define MAX_PAGE (UINT64_C(1) << 21)

/* Of a 32-bit program's address space; the last page is never given to one. */
#define END_OF_32BIT UINT64_C(0xfffff000)

/*
 * The record, in the file's byte order, after the bundle:
 *	0 magic, 8 size of the segment before, 16 by how many bytes the rest of the file moved
 */
#define RECORD_MAGIC	  "cBTFsegm"
#define RECORD_MAGIC_SIZE 8
#define RECORD_SIZE	  24

#ifndef SHF_GNU_RETAIN
#define SHF_GNU_RETAIN (1 << 21)
#endif

#define WITHOUT_SCRIPT "link without corebtf.ld, then the bundle is added as a section"

static const char *section_name(const struct elf_file *file, size_t index)
{
	const Elf64_Shdr *names = &file->sections[file->names];

	return (const char *)file->data + names->sh_offset + file->sections[index].sh_name;
}

static bool ranges_meet(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size && b_size && a < b + b_size && b < a + a_size;
}

/*
 * Is there a segment with a bundle whose section header is gone? The runtime reads it before any
 * section, so it would never read a section that is added.
 */
static bool has_nameless_bundle(const struct elf_file *file)
{
	for (size_t i = 0; i < file->segment_count; i++) {
		const Elf64_Phdr *segment = &file->segments[i];

		if (segment->p_type == PT_LOAD && segment->p_flags == PF_R &&
		    segment->p_filesz >= COREBTF_MAGIC_SIZE &&
		    memcmp(file->data + segment->p_offset, COREBTF_MAGIC, COREBTF_MAGIC_SIZE) == 0)
			return true;
	}
	return false;
}

/* Is @own read-only, on pages of its own, and behind everything else? */
static int check_segments(const struct elf_file *file, size_t own_index, struct reason *why)
{
	const Elf64_Phdr *own = &file->segments[own_index];

	if (own->p_offset < file->header.e_phoff + elf_file_segment_table_size(file) ||
	    own->p_offset < elf_codec_header_size(&file->codec))
		return reason_set(
			why, -EOPNOTSUPP,
			"its section .corebtf, at offset %#jx, overlaps the headers: damaged",
			(uintmax_t)own->p_offset);
	if (own->p_flags != PF_R)
		return reason_set(why, -EOPNOTSUPP,
				  "the segment of its section .corebtf is not just readable (flags "
				  "%#x): " WITHOUT_SCRIPT,
				  own->p_flags);
	if (own->p_align < MIN_PAGE || own->p_align > MAX_PAGE ||
	    (own->p_align & (own->p_align - 1)) || own->p_vaddr % own->p_align ||
	    own->p_offset % own->p_align)
		return reason_set(why, -EOPNOTSUPP,
				  "the segment of its section .corebtf, at address %#jx, is not "
				  "aligned to pages (%#jx): " WITHOUT_SCRIPT,
				  (uintmax_t)own->p_vaddr, (uintmax_t)own->p_align);
	for (size_t i = 0; i < file->segment_count; i++) {
		const Elf64_Phdr *other = &file->segments[i];
		uint64_t end;

		if (i == own_index)
			continue;
		if (ranges_meet(own->p_offset, own->p_filesz, other->p_offset, other->p_filesz))
			return reason_set(why, -EOPNOTSUPP,
					  "the program header [%zu] names bytes of the section "
					  ".corebtf, too: " WITHOUT_SCRIPT,
					  i);
		if (other->p_filesz && other->p_offset > own->p_offset)
			return reason_set(why, -EOPNOTSUPP,
					  "the segment of its section .corebtf cannot grow: the "
					  "program header [%zu] (offset %#jx) is behind it in the "
					  "file: " WITHOUT_SCRIPT,
					  i, (uintmax_t)other->p_offset);
		/* Thread-local data takes no addresses after .tdata. */
		if (other->p_type == PT_TLS || !other->p_memsz)
			continue;
		if (__builtin_add_overflow(other->p_vaddr, other->p_memsz, &end) ||
		    end > own->p_vaddr || (other->p_type == PT_LOAD && i > own_index))
			return reason_set(why, -EOPNOTSUPP,
					  "the segment of its section .corebtf cannot grow: the "
					  "program header [%zu] (address %#jx) is behind "
					  "it: " WITHOUT_SCRIPT,
					  i, (uintmax_t)other->p_vaddr);
	}
	return 0;
}

/* Do the section headers say the same? Tools and linkers treat a section with SHF_ALLOC as loaded
 * even if no segment has it. */
static int check_sections(const struct elf_file *file, size_t own_index, struct reason *why)
{
	const Elf64_Shdr *own = &file->sections[own_index];

	/* A linked bundle is marked as retained. */
	if (own->sh_type != SHT_PROGBITS ||
	    (own->sh_flags & ~(uint64_t)SHF_GNU_RETAIN) != SHF_ALLOC)
		return reason_set(why, -EOPNOTSUPP,
				  "its section .corebtf is not just loaded and read (type %#x, "
				  "flags %#jx): " WITHOUT_SCRIPT,
				  own->sh_type, (uintmax_t)own->sh_flags);
	for (size_t i = 1; i < file->section_count; i++) {
		const Elf64_Shdr *other = &file->sections[i];

		if (i == own_index)
			continue;
		if (elf_section_has_bytes(other) &&
		    ranges_meet(own->sh_offset, own->sh_size, other->sh_offset, other->sh_size))
			return reason_set(why, -EOPNOTSUPP,
					  "its sections .corebtf and %s share bytes: damaged",
					  section_name(file, i));
		if (!(other->sh_flags & SHF_ALLOC) || !other->sh_size ||
		    ((other->sh_flags & SHF_TLS) && other->sh_type == SHT_NOBITS))
			continue;
		if (other->sh_addr >= own->sh_addr ||
		    (elf_section_has_bytes(other) && other->sh_offset > own->sh_offset) ||
		    other->sh_size > own->sh_addr - other->sh_addr)
			return reason_set(why, -EOPNOTSUPP,
					  "the segment of its section .corebtf cannot grow: the "
					  "linker put %s behind it: " WITHOUT_SCRIPT,
					  section_name(file, i));
	}
	return 0;
}

/* The first section .corebtf that is loaded, or 0. */
static size_t find_loaded_section(const struct elf_file *file)
{
	size_t index = 0;

	while ((index = elf_file_find_section(file, COREBTF_SECTION_NAME, index))) {
		if (file->sections[index].sh_flags & SHF_ALLOC)
			return index;
	}
	return 0;
}

int elf_segment_find(const struct elf_file *file, struct elf_segment *ret_segment,
		     struct reason *why)
{
	size_t section = find_loaded_section(file), segment, first;
	int err;

	if (!section && has_nameless_bundle(file))
		return reason_set(
			why, -EOPNOTSUPP,
			"it has a segment with a bundle whose section header is gone (was "
			"it stripped of section headers?): take the file from before");
	if (!section)
		return 0;
	first = elf_file_find_section(file, COREBTF_SECTION_NAME, 0);
	if (first != section || elf_file_find_section(file, COREBTF_SECTION_NAME, section))
		return reason_set(
			why, -EOPNOTSUPP,
			"it has several sections .corebtf, and one of them is part of the "
			"loaded program: link it anew");
	if (file->sections[section].sh_type == SHT_NOBITS)
		return reason_set(why, -EOPNOTSUPP,
				  "its section .corebtf has no bytes: is this a file of debug "
				  "information?");
	segment = elf_file_find_segment(file, section);
	if (segment == file->segment_count)
		return reason_set(
			why, -EOPNOTSUPP,
			"the section .corebtf is part of a loaded segment that it shares "
			"with others; it cannot be taken out or replaced: link so that it "
			"has one of its own (corebtf.ld), or without the object that brings "
			"it");
	err = check_segments(file, segment, why);
	if (!err)
		err = check_sections(file, section, why);
	if (err)
		return err;
	*ret_segment = (struct elf_segment){.section = section, .program_header = segment};
	return 1;
}

bool elf_segment_is_empty(const struct elf_file *file, const struct elf_segment *segment)
{
	const Elf64_Shdr *section = &file->sections[segment->section];

	for (uint64_t i = 0; i < section->sh_size; i++) {
		if (file->data[section->sh_offset + i])
			return false;
	}
	return true;
}

/* Writes the headers that filling and emptying change: the ELF header, the section headers, the
 * segment's program header. */
static void put_headers(struct elf_image *image, const struct elf_file *file,
			const struct elf_segment *segment)
{
	const struct elf_codec *codec = &file->codec;
	const Elf64_Ehdr *header = &file->header;

	elf_codec_put_header(codec, image->data, header);
	elf_codec_put_segment(codec,
			      image->data + header->e_phoff +
				      segment->program_header * elf_codec_segment_size(codec),
			      &file->segments[segment->program_header]);
	for (size_t i = 0; i < file->section_count; i++)
		elf_codec_put_section(
			codec, image->data + header->e_shoff + i * elf_codec_section_size(codec),
			&file->sections[i]);
}

static void put_size(struct elf_file *file, const struct elf_segment *segment, uint64_t size)
{
	file->segments[segment->program_header].p_filesz = size;
	file->segments[segment->program_header].p_memsz = size;
	file->sections[segment->section].sh_size = size;
}

/* Does the section move with the bytes from @from on? Loaded ones never do. */
static bool moves(const struct elf_file *file, const Elf64_Shdr *section, uint64_t from)
{
	return !(section->sh_flags & SHF_ALLOC) && section->sh_offset >= from &&
	       section->sh_offset <= file->size;
}

/* Changes the headers of what has moved by @distance bytes: all from @from on. */
static void move_headers(struct elf_file *file, uint64_t from, int64_t distance)
{
	for (size_t i = 1; i < file->section_count; i++) {
		if (moves(file, &file->sections[i], from))
			file->sections[i].sh_offset += (uint64_t)distance;
	}
	if (file->header.e_shoff >= from)
		file->header.e_shoff += (uint64_t)distance;
}

/* How far the bytes from @from on have to move to make room for @room bytes and stay aligned. */
static uint64_t distance_for(const struct elf_file *file, uint64_t from, uint64_t room)
{
	uint64_t alignment = COREBTF_ALIGNMENT;

	for (size_t i = 1; i < file->section_count; i++) {
		const Elf64_Shdr *section = &file->sections[i];

		/* An alignment that elf_align_up() does not follow does not count. */
		if (moves(file, section, from) && section->sh_addralign > alignment &&
		    elf_align_up(1, section->sh_addralign) == section->sh_addralign)
			alignment = section->sh_addralign;
	}
	return elf_align_up(room, alignment);
}

int elf_segment_fill(struct elf_image *image, const void *bundle, size_t size, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	struct elf_segment segment;
	uint64_t address, offset, size_before, end_before, record, distance, end;
	size_t rest;
	uint8_t *bytes;
	int err;

	err = elf_image_read(image, &file, why);
	if (err)
		return err;
	err = elf_segment_find(&file, &segment, why);
	if (err <= 0)
		return err ? err : reason_set(why, -EINVAL, "it has no segment for a bundle");
	address = file.segments[segment.program_header].p_vaddr;
	offset = file.segments[segment.program_header].p_offset;
	size_before = file.segments[segment.program_header].p_filesz;
	end_before = offset + size_before;
	if (__builtin_add_overflow(address, size, &end) || end > INT64_MAX ||
	    (!file.codec.is_64bit && end > END_OF_32BIT))
		return reason_set(why, -EFBIG,
				  "the bundle does not fit behind address %#jx: " WITHOUT_SCRIPT,
				  (uintmax_t)address);

	record = elf_align_up(offset + size, COREBTF_ALIGNMENT);
	distance = record + RECORD_SIZE > end_before
			   ? distance_for(&file, end_before, record + RECORD_SIZE - end_before)
			   : 0;
	rest = image->size - end_before;
	end = image->size + distance;
	if (end > SIZE_MAX || (!file.codec.is_64bit && end > UINT32_MAX))
		return reason_set(
			why, -EFBIG,
			"with the bundle it would pass 4 GiB, the limit of a 32-bit file");
	err = elf_image_resize(image, end, why);
	if (err)
		return err;
	bytes = image->data;
	memmove(bytes + end_before + distance, bytes + end_before, rest);
	memset(bytes + offset, 0, size_before + distance);
	memcpy(bytes + offset, bundle, size);
	memcpy(bytes + record, RECORD_MAGIC, RECORD_MAGIC_SIZE);
	elf_codec_put_number(&file.codec, bytes + record + 8, 8, size_before);
	elf_codec_put_number(&file.codec, bytes + record + 16, 8, distance);
	move_headers(&file, end_before, (int64_t)distance);
	put_size(&file, &segment, size);
	put_headers(image, &file, &segment);
	return 0;
}

/*
 * Undoes elf_segment_fill() when there is a record, and doing it again gives what @image is.
 * Changes @file. Returns 1, 0, or -ENOMEM.
 */
static int undo_fill(struct elf_image *image, struct elf_file *file,
		     const struct elf_segment *segment)
{
	_cleanup_(elf_image_release) struct elf_image before = {0}, again = {0};
	const Elf64_Shdr *section = &file->sections[segment->section];
	uint64_t offset = section->sh_offset, size = section->sh_size, size_before, distance;
	uint64_t record = elf_align_up(offset + size, COREBTF_ALIGNMENT), rest;
	int err;

	if (record + RECORD_SIZE > image->size ||
	    memcmp(image->data + record, RECORD_MAGIC, RECORD_MAGIC_SIZE) != 0)
		return 0;
	size_before = elf_codec_get_number(&file->codec, image->data + record + 8, 8);
	distance = elf_codec_get_number(&file->codec, image->data + record + 16, 8);
	if (!size_before || size_before > image->size || distance > image->size ||
	    offset + size_before + distance > image->size ||
	    offset + size_before + distance < record + RECORD_SIZE)
		return 0;
	rest = offset + size_before + distance;
	before.size = image->size - distance;
	before.data = calloc(1, before.size);
	again.data = malloc(before.size);
	if (!before.data || !again.data)
		return -ENOMEM;
	memcpy(before.data, image->data, offset);
	memcpy(before.data + offset + size_before, image->data + rest, image->size - rest);
	move_headers(file, rest, -(int64_t)distance);
	put_size(file, segment, size_before);
	if (file->header.e_shoff + elf_file_section_table_size(file) > before.size)
		return 0;
	put_headers(&before, file, segment);

	memcpy(again.data, before.data, before.size);
	again.size = before.size;
	err = elf_segment_fill(&again, image->data + offset, size, NULL);
	if (err)
		return err == -ENOMEM ? err : 0;
	if (again.size != image->size || memcmp(again.data, image->data, again.size) != 0)
		return 0;
	elf_image_release(image);
	image->data = TAKE_PTR(before.data);
	image->size = before.size;
	return 1;
}

int elf_segment_empty(struct elf_image *image, bool *ret_was_filled, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0}, undone = {0};
	struct elf_segment segment;
	const Elf64_Shdr *section;
	int err;

	err = elf_image_read(image, &file, why);
	if (err)
		return err;
	err = elf_segment_find(&file, &segment, why);
	if (err <= 0)
		return err;
	*ret_was_filled = !elf_segment_is_empty(&file, &segment);
	if (!*ret_was_filled)
		return 1;
	err = elf_image_read(image, &undone, why);
	if (err)
		return err;
	err = undo_fill(image, &undone, &segment);
	if (err)
		return err < 0 ? reason_errno(why, err, "the segment .corebtf") : 1;

	section = &file.sections[segment.section];
	file.segments[segment.program_header].p_filesz = 0;
	err = elf_removal_shorten(image, &file, segment.section,
				  section->sh_size < EMPTY_SIZE ? section->sh_size : EMPTY_SIZE,
				  why);
	if (err)
		return err;
	put_size(&file, &segment, section->sh_size);
	put_headers(image, &file, &segment);
	return 1;
}
