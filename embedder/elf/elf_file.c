/* SPDX-License-Identifier: MIT */
/*
 * An image comes in, its headers go out, checked. Every offset and size is compared with the size
 * of the image before it is used, so that users of a struct elf_file may follow them.
 */
#include "embedder/elf/elf_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"

static bool range_fits(uint64_t offset, uint64_t size, uint64_t limit)
{
	return offset <= limit && size <= limit - offset;
}

/* Both ranges fit into the file, so the sums do not overflow. */
static bool ranges_overlap(uint64_t offset, uint64_t size, uint64_t other, uint64_t other_size)
{
	return offset < other + other_size && other < offset + size;
}

uint64_t elf_file_section_table_size(const struct elf_file *file)
{
	return file->section_count * elf_codec_section_size(&file->codec);
}

uint64_t elf_file_segment_table_size(const struct elf_file *file)
{
	return file->segment_count * elf_codec_segment_size(&file->codec);
}

uint64_t elf_file_segments_end(const struct elf_file *file)
{
	uint64_t end;

	if (!file->segment_count)
		return 0;
	end = file->header.e_phoff + elf_file_segment_table_size(file);
	for (size_t i = 0; i < file->segment_count; i++) {
		const Elf64_Phdr *segment = &file->segments[i];

		if (segment->p_filesz && segment->p_offset + segment->p_filesz > end)
			end = segment->p_offset + segment->p_filesz;
	}
	return end;
}

bool elf_file_is(const void *start, size_t size)
{
	return size >= SELFMAG && memcmp(start, ELFMAG, SELFMAG) == 0;
}

static int read_ident(const uint8_t *ident, size_t size, struct elf_codec *ret_codec,
		      struct reason *why)
{
	if (!elf_file_is(ident, size))
		return reason_set(why, -ENOEXEC, "it is no ELF file");
	if (size < EI_NIDENT)
		return reason_set(why, -EBADMSG, "it is truncated: %zu bytes", size);
	if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64)
		return reason_set(why, -ENOEXEC, "its ELF class %u is not known", ident[EI_CLASS]);
	if (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB)
		return reason_set(why, -ENOEXEC, "its ELF byte order %u is not known",
				  ident[EI_DATA]);
	if (ident[EI_VERSION] != EV_CURRENT)
		return reason_set(why, -ENOEXEC, "its ELF version %u is not known",
				  ident[EI_VERSION]);
	ret_codec->is_64bit = ident[EI_CLASS] == ELFCLASS64;
	ret_codec->big_endian = ident[EI_DATA] == ELFDATA2MSB;
	if (size < elf_codec_header_size(ret_codec))
		return reason_set(why, -EBADMSG,
				  "it is truncated: %zu bytes are less than its header", size);
	return 0;
}

static int check_section(const struct elf_file *file, size_t index, struct reason *why)
{
	const Elf64_Shdr *section = &file->sections[index];

	if (!elf_section_has_bytes(section))
		return 0;
	if (!range_fits(section->sh_offset, section->sh_size, file->size))
		return reason_set(
			why, -EBADMSG,
			"section [%zu] (offset %#jx, size %#jx) reaches past the end of the "
			"file (%#zx): truncated or damaged",
			index, (uintmax_t)section->sh_offset, (uintmax_t)section->sh_size,
			file->size);
	if (ranges_overlap(section->sh_offset, section->sh_size, file->header.e_shoff,
			   elf_file_section_table_size(file)))
		return reason_set(why, -EBADMSG, "section [%zu] overlaps the section header table",
				  index);
	return 0;
}

static int check_names(const struct elf_file *file, struct reason *why)
{
	const Elf64_Shdr *names;

	if (!file->names)
		return 0;
	if (file->names >= file->section_count)
		return reason_set(why, -EBADMSG,
				  "its section names are in section [%zu] of %zu: damaged",
				  file->names, file->section_count);
	names = &file->sections[file->names];
	if (!elf_section_has_bytes(names))
		return reason_set(why, -EBADMSG, "its section [%zu] with the names is empty",
				  file->names);
	if (names->sh_offset < elf_codec_header_size(&file->codec))
		return reason_set(why, -EBADMSG, "its section names overlap the ELF header");
	if (file->data[names->sh_offset + names->sh_size - 1])
		return reason_set(why, -EBADMSG, "its section names do not end with a NUL");
	for (size_t i = 1; i < file->section_count; i++) {
		const Elf64_Shdr *section = &file->sections[i];

		if (section->sh_type != SHT_NULL && section->sh_name >= names->sh_size)
			return reason_set(why, -EBADMSG,
					  "the name of section [%zu] is past the end of the names",
					  i);
	}
	return 0;
}

static int read_sections(struct elf_file *file, struct reason *why)
{
	const Elf64_Ehdr *header = &file->header;
	size_t entry = elf_codec_section_size(&file->codec);
	Elf64_Shdr first;
	uint64_t count;
	int err;

	if (!header->e_shoff)
		return 0;
	if (header->e_shentsize != entry)
		return reason_set(why, -EBADMSG, "its section headers have %u bytes each, not %zu",
				  header->e_shentsize, entry);
	if (header->e_shoff < elf_codec_header_size(&file->codec))
		return reason_set(why, -EBADMSG,
				  "its section header table overlaps the ELF header");
	if (!range_fits(header->e_shoff, entry, file->size))
		return reason_set(
			why, -EBADMSG,
			"its section header table at %#jx is past the end of the file (%#zx): "
			"truncated or damaged",
			(uintmax_t)header->e_shoff, file->size);
	elf_codec_get_section(&file->codec, file->data + header->e_shoff, &first);
	if (first.sh_type != SHT_NULL)
		return reason_set(why, -EBADMSG, "section [0] is not empty but of type %#x",
				  first.sh_type);

	count = header->e_shnum ? header->e_shnum : first.sh_size;
	if (!count || count > (file->size - header->e_shoff) / entry)
		return reason_set(
			why, -EBADMSG,
			"its section header table (%ju entries at %#jx) reaches past the end "
			"of the file (%#zx): truncated or damaged",
			(uintmax_t)count, (uintmax_t)header->e_shoff, file->size);
	file->sections = calloc(count, sizeof(*file->sections));
	if (!file->sections)
		return reason_errno(why, -ENOMEM, "section headers");
	file->section_count = count;
	for (size_t i = 0; i < count; i++) {
		elf_codec_get_section(&file->codec, file->data + header->e_shoff + i * entry,
				      &file->sections[i]);
		err = check_section(file, i, why);
		if (err)
			return err;
	}

	file->names = header->e_shstrndx == SHN_XINDEX ? first.sh_link : header->e_shstrndx;
	return check_names(file, why);
}

static int read_segments(struct elf_file *file, struct reason *why)
{
	const Elf64_Ehdr *header = &file->header;
	size_t entry = elf_codec_segment_size(&file->codec);
	uint64_t count = header->e_phnum;

	if (count == PN_XNUM) {
		if (!file->section_count)
			return reason_set(why, -EBADMSG,
					  "the number of its program headers is missing");
		count = file->sections[0].sh_info;
	}
	if (!count)
		return 0;
	if (header->e_phentsize != entry)
		return reason_set(why, -EBADMSG, "its program headers have %u bytes each, not %zu",
				  header->e_phentsize, entry);
	if (header->e_phoff < elf_codec_header_size(&file->codec))
		return reason_set(why, -EBADMSG, "its program headers overlap the ELF header");
	if (header->e_phoff > file->size || count > (file->size - header->e_phoff) / entry)
		return reason_set(
			why, -EBADMSG,
			"its program headers (%ju at %#jx) reach past the end of the file "
			"(%#zx): truncated or damaged",
			(uintmax_t)count, (uintmax_t)header->e_phoff, file->size);
	if (file->section_count && ranges_overlap(header->e_phoff, count * entry, header->e_shoff,
						  elf_file_section_table_size(file)))
		return reason_set(why, -EBADMSG,
				  "its program headers overlap its section header table");
	file->segments = calloc(count, sizeof(*file->segments));
	if (!file->segments)
		return reason_errno(why, -ENOMEM, "program headers");
	file->segment_count = count;
	for (size_t i = 0; i < count; i++) {
		Elf64_Phdr *segment = &file->segments[i];

		elf_codec_get_segment(&file->codec, file->data + header->e_phoff + i * entry,
				      segment);
		if (segment->p_filesz &&
		    !range_fits(segment->p_offset, segment->p_filesz, file->size))
			return reason_set(
				why, -EBADMSG,
				"segment [%zu] (offset %#jx, size %#jx) reaches past the end "
				"of the file (%#zx): truncated or damaged",
				i, (uintmax_t)segment->p_offset, (uintmax_t)segment->p_filesz,
				file->size);
	}
	return 0;
}

/* The codec and the header are there; fills in the rest. */
static int read_tables(struct elf_file *file, struct elf_file *ret_file, struct reason *why)
{
	int err;

	if (file->header.e_version != EV_CURRENT)
		return reason_set(why, -ENOEXEC, "its ELF version %u is not known",
				  file->header.e_version);
	err = read_sections(file, why);
	if (err)
		return err;
	err = read_segments(file, why);
	if (err)
		return err;
	*ret_file = *file;
	file->sections = NULL;
	file->segments = NULL;
	return 0;
}

int elf_file_read(const void *data, size_t size, struct elf_file *ret_file, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {.data = data, .size = size};
	int err;

	err = read_ident(data, size, &file.codec, why);
	if (err)
		return err;
	elf_codec_get_header(&file.codec, data, &file.header);
	return read_tables(&file, ret_file, why);
}

int elf_file_read_as(const void *data, size_t size, const Elf64_Ehdr *header,
		     struct elf_file *ret_file, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {
		.data = data, .size = size, .header = *header};
	int err;

	err = read_ident(header->e_ident, size, &file.codec, why);
	if (err)
		return err;
	return read_tables(&file, ret_file, why);
}

int elf_file_read_sections(const void *data, size_t size, struct elf_file *ret_file,
			   struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {.data = data, .size = size};
	int err;

	err = read_ident(data, size, &file.codec, why);
	if (err)
		return err;
	elf_codec_get_header(&file.codec, data, &file.header);
	file.header.e_phnum = 0;
	return read_tables(&file, ret_file, why);
}

void elf_file_release(struct elf_file *file)
{
	free(TAKE_PTR(file->sections));
	free(TAKE_PTR(file->segments));
}

size_t elf_file_find_section(const struct elf_file *file, const char *name, size_t after)
{
	size_t length = strlen(name) + 1;
	const Elf64_Shdr *names;

	if (!file->names)
		return 0;
	names = &file->sections[file->names];
	for (size_t i = after + 1; i < file->section_count; i++) {
		const Elf64_Shdr *section = &file->sections[i];

		if (section->sh_type != SHT_NULL &&
		    range_fits(section->sh_name, length, names->sh_size) &&
		    memcmp(file->data + names->sh_offset + section->sh_name, name, length) == 0)
			return i;
	}
	return 0;
}

size_t elf_file_find_segment(const struct elf_file *file, size_t index)
{
	const Elf64_Shdr *section = &file->sections[index];
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

const char *elf_file_section_name(const struct elf_file *file, size_t index)
{
	const Elf64_Shdr *section = &file->sections[index];

	if (!file->names || section->sh_type == SHT_NULL)
		return "";
	return (const char *)file->data + file->sections[file->names].sh_offset + section->sh_name;
}

bool elf_file_is_mapped(const struct elf_file *file, uint64_t offset, uint64_t size)
{
	for (size_t i = 0; i < file->segment_count; i++) {
		const Elf64_Phdr *segment = &file->segments[i];

		if (segment->p_filesz &&
		    ranges_overlap(offset, size, segment->p_offset, segment->p_filesz))
			return true;
	}
	return false;
}
