/* SPDX-License-Identifier: MIT */
/*
 * An image with the reserved segment comes in, the image with the bundle in it goes out; and back.
 *
 * Growing a segment is safe here and nowhere else: code reaches everything by its distance in
 * memory, so nothing may move; but behind the last segment there is nothing that could. What
 * takes the addresses behind the program (the heap, libraries) is placed by the kernel and the
 * loader when they have read the new size.
 */
#include "embedder/elf/elf_segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_removal.h"
#include "embedder/util/cleanup.h"
#include "runtime/format.h"

/* What is left in a segment that is emptied without a record: as much as the linker put there. */
#define EMPTY_SIZE COREBTF_ALIGNMENT

/* The loader maps whole pages; more than this is no page size of any machine, and would only make
 * a hole of that size in the file. */
#define MIN_PAGE 4096
#define MAX_PAGE (UINT64_C(1) << 21)

/* Of a 32-bit program's address space; the last page is never given to one. */
#define END_OF_32BIT UINT64_C(0xfffff000)

/*
 * The record, in the file's byte order, right before the bundle:
 *	0 magic, 8 size of the file before, 16 offset of the segment before, 24 its size
 */
#define RECORD_MAGIC	  "cBTFsegm"
#define RECORD_MAGIC_SIZE 8
#define RECORD_SIZE	  32

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
 * A segment with a bundle whose section header is gone: the runtime reads it before any section,
 * so a section that is added would never be looked at.
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

/* The program header that maps exactly the section; the count of all when there is none. */
static size_t find_own_segment(const struct elf_file *file, const Elf64_Shdr *section)
{
	size_t i;

	for (i = 0; i < file->segment_count; i++) {
		const Elf64_Phdr *segment = &file->segments[i];

		if (segment->p_type == PT_LOAD && segment->p_offset == section->sh_offset &&
		    segment->p_vaddr == section->sh_addr && segment->p_filesz == section->sh_size &&
		    segment->p_memsz == section->sh_size)
			break;
	}
	return i;
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
		/* What is thread-local has no place among the addresses behind .tdata. */
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

/* Do the section headers say the same? A section that no segment has is one that a tool or a
 * linker treats as loaded all the same. */
static int check_sections(const struct elf_file *file, size_t own_index, struct reason *why)
{
	const Elf64_Shdr *own = &file->sections[own_index];

	/* The mark that a linked bundle is to be kept may come along. */
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
	segment = find_own_segment(file, &file->sections[section]);
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

/* Gives the segment and its section another place in the file; their address stays. */
static void put_place(struct elf_image *image, struct elf_file *file,
		      const struct elf_segment *segment, uint64_t offset, uint64_t size)
{
	const struct elf_codec *codec = &file->codec;
	Elf64_Phdr *program_header = &file->segments[segment->program_header];
	Elf64_Shdr *section = &file->sections[segment->section];

	program_header->p_offset = offset;
	program_header->p_filesz = size;
	program_header->p_memsz = size;
	section->sh_offset = offset;
	section->sh_size = size;
	elf_codec_put_segment(codec,
			      image->data + file->header.e_phoff +
				      segment->program_header * elf_codec_segment_size(codec),
			      program_header);
	elf_codec_put_section(codec,
			      image->data + file->header.e_shoff +
				      segment->section * elf_codec_section_size(codec),
			      section);
}

int elf_segment_fill(struct elf_image *image, const void *bundle, size_t size, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	struct elf_segment segment;
	const Elf64_Phdr *program_header;
	uint64_t offset, end, end_address, size_before = image->size;
	uint8_t *record;
	int err;

	err = elf_image_read(image, &file, why);
	if (err)
		return err;
	err = elf_segment_find(&file, &segment, why);
	if (err <= 0)
		return err ? err : reason_set(why, -EINVAL, "it has no segment for a bundle");
	program_header = &file.segments[segment.program_header];

	/* The address is a multiple of the alignment, so the offset has to be one as well. */
	offset = (size_before + RECORD_SIZE + program_header->p_align - 1) &
		 ~(program_header->p_align - 1);
	if (__builtin_add_overflow(offset, size, &end) || end > SIZE_MAX ||
	    (!file.codec.is_64bit && end > UINT32_MAX))
		return reason_set(
			why, -EFBIG,
			"with the bundle it would pass 4 GiB, the limit of a 32-bit file");
	if (__builtin_add_overflow(program_header->p_vaddr, size, &end_address) ||
	    end_address > INT64_MAX || (!file.codec.is_64bit && end_address > END_OF_32BIT))
		return reason_set(why, -EFBIG,
				  "the bundle does not fit behind address %#jx: " WITHOUT_SCRIPT,
				  (uintmax_t)program_header->p_vaddr);

	err = elf_image_resize(image, end, why);
	if (err)
		return err;
	record = image->data + offset - RECORD_SIZE;
	memcpy(record, RECORD_MAGIC, RECORD_MAGIC_SIZE);
	elf_codec_put_number(&file.codec, record + 8, 8, size_before);
	elf_codec_put_number(&file.codec, record + 16, 8, program_header->p_offset);
	elf_codec_put_number(&file.codec, record + 24, 8, program_header->p_filesz);
	memcpy(image->data + offset, bundle, size);
	put_place(image, &file, &segment, offset, size);
	return 0;
}

/*
 * Undoes elf_segment_fill() when there is a record, and doing it again gives what @image is.
 * Returns 1, 0, or -ENOMEM.
 */
static int undo_fill(struct elf_image *image, const struct elf_file *file,
		     const struct elf_segment *segment)
{
	_cleanup_(elf_image_release) struct elf_image before = {0}, again = {0};
	_cleanup_(elf_file_release) struct elf_file headers = {0};
	const Elf64_Shdr *section = &file->sections[segment->section];
	uint64_t size_before, offset, size;
	const uint8_t *record;
	int err;

	if (section->sh_offset < RECORD_SIZE)
		return 0;
	record = image->data + section->sh_offset - RECORD_SIZE;
	if (memcmp(record, RECORD_MAGIC, RECORD_MAGIC_SIZE) != 0)
		return 0;
	size_before = elf_codec_get_number(&file->codec, record + 8, 8);
	offset = elf_codec_get_number(&file->codec, record + 16, 8);
	size = elf_codec_get_number(&file->codec, record + 24, 8);
	if (size_before > section->sh_offset - RECORD_SIZE || offset > size_before ||
	    size > size_before - offset || !size)
		return 0;
	/* The headers are read from the whole image, and written into its first part. */
	if (elf_file_read(image->data, image->size, &headers, NULL) ||
	    headers.header.e_phoff + elf_file_segment_table_size(&headers) > size_before ||
	    headers.header.e_shoff + elf_file_section_table_size(&headers) > size_before)
		return 0;
	before.data = malloc(size_before);
	again.data = malloc(size_before);
	if (!before.data || !again.data)
		return -ENOMEM;
	memcpy(before.data, image->data, size_before);
	before.size = size_before;
	put_place(&before, &headers, segment, offset, size);
	memcpy(again.data, before.data, size_before);
	again.size = size_before;
	err = elf_segment_fill(&again, image->data + section->sh_offset, section->sh_size, NULL);
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
	_cleanup_(elf_file_release) struct elf_file file = {0};
	struct elf_segment segment;
	const Elf64_Shdr *section;
	uint64_t kept;
	int err;

	err = elf_image_read(image, &file, why);
	if (err)
		return err;
	err = elf_segment_find(&file, &segment, why);
	if (err <= 0)
		return err;
	if (elf_segment_is_empty(&file, &segment)) {
		*ret_was_filled = false;
		return 1;
	}
	*ret_was_filled = true;
	err = undo_fill(image, &file, &segment);
	if (err)
		return err < 0 ? reason_errno(why, err, "the segment .corebtf") : 1;

	section = &file.sections[segment.section];
	kept = section->sh_size < EMPTY_SIZE ? section->sh_size : EMPTY_SIZE;
	file.segments[segment.program_header].p_filesz = 0;
	err = elf_removal_shorten(image, &file, segment.section, kept,
				  file.segments[segment.program_header].p_align, why);
	if (err)
		return err;
	put_place(image, &file, &segment, file.sections[segment.section].sh_offset, kept);
	return 1;
}
