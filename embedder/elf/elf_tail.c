/* SPDX-License-Identifier: MIT */
/*
 * A file's headers and a bundle come in, the bytes of the file's new end go out; or the question
 * whether an end is one of these is answered, by building it again and comparing.
 */
#include "embedder/elf/elf_tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"

#define SECTION_NAMES_NAME ".shstrtab"

/*
 * The record, in the file's byte order:
 *	0 magic, 8 size of the file before, 16 e_shoff, 24 e_shentsize, 26 e_shnum,
 *	28 e_shstrndx, 30 zero
 */
#define RECORD_MAGIC	  "cBTFtail"
#define RECORD_MAGIC_SIZE 8
#define RECORD_SIZE	  32

_Static_assert(RECORD_SIZE % COREBTF_ALIGNMENT == 0, "what follows the record is aligned");

static void put_record(const struct elf_codec *codec, uint8_t *bytes, size_t size,
		       const Elf64_Ehdr *header)
{
	memcpy(bytes, RECORD_MAGIC, RECORD_MAGIC_SIZE);
	elf_codec_put_number(codec, bytes + 8, 8, size);
	elf_codec_put_number(codec, bytes + 16, 8, header->e_shoff);
	elf_codec_put_number(codec, bytes + 24, 2, header->e_shentsize);
	elf_codec_put_number(codec, bytes + 26, 2, header->e_shnum);
	elf_codec_put_number(codec, bytes + 28, 2, header->e_shstrndx);
	elf_codec_put_number(codec, bytes + 30, 2, 0);
}

/* The parts of a new end while it is laid out; offsets are the file's. */
struct tail_layout {
	Elf64_Shdr *sections; /* owned: the file's, and up to two more */
	size_t count;
	size_t names;
	uint8_t *name_bytes; /* owned: what the section with the names will hold */
	size_t name_size;
	uint64_t record; /* 0: none */
	uint64_t table;
	uint64_t end;
};

static void tail_layout_release(struct tail_layout *layout)
{
	free(layout->sections);
	free(layout->name_bytes);
}

/* Appends a string to the names; returns its offset among them. There is room. */
static uint32_t add_name(struct tail_layout *layout, const char *name)
{
	uint32_t offset = (uint32_t)layout->name_size;

	memcpy(layout->name_bytes + layout->name_size, name, strlen(name) + 1);
	layout->name_size += strlen(name) + 1;
	return offset;
}

/*
 * The sections and names of @file, ready for one more. Names that are part of the running
 * program have to stay where they are, and a file may have none at all: then a section of its
 * own is made for them.
 */
static int start_layout(const struct elf_file *file, bool with_bundle, struct tail_layout *layout,
			struct reason *why)
{
	const Elf64_Shdr *names = file->names ? &file->sections[file->names] : NULL;
	size_t name_size = names ? names->sh_size : 0;
	bool own_names = !names || (names->sh_flags & SHF_ALLOC);

	if (name_size > UINT32_MAX - 64)
		return reason_set(why, -EFBIG, "its section names are too long");
	layout->sections = calloc(file->section_count + 3, sizeof(*layout->sections));
	layout->name_bytes = malloc(name_size + 64);
	if (!layout->sections || !layout->name_bytes)
		return reason_errno(why, -ENOMEM, "section headers");
	if (file->section_count)
		memcpy(layout->sections, file->sections,
		       file->section_count * sizeof(*layout->sections));
	layout->count = file->section_count ? file->section_count : 1;
	layout->names = file->names;
	layout->name_size = name_size;
	if (names)
		memcpy(layout->name_bytes, file->data + names->sh_offset, name_size);
	if (!with_bundle)
		return 0;

	if (!names) {
		layout->name_bytes[layout->name_size++] = '\0';
		for (size_t i = 0; i < layout->count; i++)
			layout->sections[i].sh_name = 0;
	}
	if (own_names) {
		layout->names = layout->count++;
		layout->sections[layout->names] = (Elf64_Shdr){
			.sh_name = add_name(layout, SECTION_NAMES_NAME),
			.sh_type = SHT_STRTAB,
			.sh_addralign = 1,
		};
	}
	layout->sections[layout->count++] = (Elf64_Shdr){
		.sh_name = add_name(layout, COREBTF_SECTION_NAME),
		.sh_type = SHT_PROGBITS,
		.sh_addralign = COREBTF_ALIGNMENT,
	};
	return 0;
}

/* Gives every part its offset, from @start on. */
static int place(const struct elf_file *file, size_t start, bool with_record, size_t bundle_size,
		 bool with_bundle, struct tail_layout *layout, struct reason *why)
{
	const struct elf_codec *codec = &file->codec;
	Elf64_Shdr *names = &layout->sections[layout->names];
	uint64_t offset = start;

	if (with_bundle) {
		Elf64_Shdr *section = &layout->sections[layout->count - 1];

		offset = elf_align_up(offset, COREBTF_ALIGNMENT);
		if (with_record) {
			layout->record = offset;
			offset += RECORD_SIZE;
		}
		section->sh_offset = offset;
		section->sh_size = bundle_size;
		offset += bundle_size;
	}
	offset = elf_align_up(offset, names->sh_addralign);
	names->sh_offset = offset;
	names->sh_size = layout->name_size;
	offset += layout->name_size;
	layout->table = elf_align_up(offset, elf_codec_word_size(codec));
	layout->end = layout->table + layout->count * elf_codec_section_size(codec);
	if (!codec->is_64bit && layout->end > UINT32_MAX)
		return reason_set(
			why, -EFBIG,
			"with the bundle it would pass 4 GiB, the limit of a 32-bit file");
	return 0;
}

int elf_tail_build(const struct elf_file *file, size_t start, bool with_record, const void *bundle,
		   size_t size, struct elf_tail *ret_tail, struct reason *why)
{
	_cleanup_(tail_layout_release) struct tail_layout layout = {0};
	const struct elf_codec *codec = &file->codec;
	Elf64_Ehdr header = file->header;
	uint8_t *data;
	int err;

	err = start_layout(file, bundle != NULL, &layout, why);
	if (err)
		return err;
	err = place(file, start, with_record, size, bundle != NULL, &layout, why);
	if (err)
		return err;

	data = calloc(1, layout.end - start);
	if (!data)
		return reason_errno(why, -ENOMEM, "the new end of the file");
	if (bundle) {
		if (layout.record)
			put_record(codec, data + (layout.record - start), start, &header);
		memcpy(data + (layout.sections[layout.count - 1].sh_offset - start), bundle, size);
	}
	memcpy(data + (layout.sections[layout.names].sh_offset - start), layout.name_bytes,
	       layout.name_size);
	elf_codec_put_table(codec, data + (layout.table - start), layout.sections, layout.count,
			    layout.names, layout.table, &header);
	*ret_tail = (struct elf_tail){
		.start = start, .data = data, .size = layout.end - start, .header = header};
	return 0;
}

void elf_tail_release(struct elf_tail *tail)
{
	free(TAKE_PTR(tail->data));
}

/* Is @tail, down to the ELF header, what @file ends with? */
static bool ends_with(const struct elf_file *file, const struct elf_tail *tail)
{
	return tail->start <= file->size && tail->size == file->size - tail->start &&
	       memcmp(file->data + tail->start, tail->data, tail->size) == 0 &&
	       memcmp(&file->header, &tail->header, sizeof(tail->header)) == 0;
}

/* The end of the last byte that something other than the names and the section headers needs. */
static uint64_t end_without_names(const struct elf_file *file)
{
	uint64_t end = elf_codec_header_size(&file->codec);

	if (file->segment_count)
		end = elf_file_segments_end(file);
	for (size_t i = 0; i < file->section_count; i++) {
		const Elf64_Shdr *section = &file->sections[i];

		if (i != file->names && elf_section_has_bytes(section) &&
		    section->sh_offset + section->sh_size > end)
			end = section->sh_offset + section->sh_size;
	}
	return end;
}

int elf_tail_is_usual(const struct elf_file *file, size_t *ret_start)
{
	_cleanup_(elf_tail_release) struct elf_tail tail = {0};
	const Elf64_Shdr *names;
	uint64_t start;
	int err;

	if (!file->names)
		return 0;
	names = &file->sections[file->names];
	if (names->sh_flags & SHF_ALLOC)
		return 0;
	for (size_t i = 0; i < file->section_count; i++) {
		const Elf64_Shdr *section = &file->sections[i];

		/* What the general removal would put right on its way is not usual: names that
		 * are a symbol table's strings as well, an empty section that is nowhere. */
		if ((i != file->names && section->sh_link == file->names) ||
		    section->sh_name >= names->sh_size || section->sh_offset > file->size)
			return 0;
	}
	start = end_without_names(file);
	err = elf_tail_build(file, start, false, NULL, 0, &tail, NULL);
	if (err)
		return err == -ENOMEM ? err : 0;
	if (!ends_with(file, &tail))
		return 0;
	*ret_start = start;
	return 1;
}

int elf_tail_find_record(const struct elf_file *file, size_t section, Elf64_Ehdr *ret_header,
			 size_t *ret_size)
{
	_cleanup_(elf_tail_release) struct elf_tail tail = {0};
	_cleanup_(elf_file_release) struct elf_file before = {0};
	const struct elf_codec *codec = &file->codec;
	const Elf64_Shdr *bundle = &file->sections[section];
	Elf64_Ehdr header = file->header;
	const uint8_t *record;
	uint64_t size;
	int err;

	if (!elf_section_has_bytes(bundle) || bundle->sh_offset < RECORD_SIZE)
		return 0;
	record = file->data + bundle->sh_offset - RECORD_SIZE;
	if (memcmp(record, RECORD_MAGIC, RECORD_MAGIC_SIZE) != 0)
		return 0;
	size = elf_codec_get_number(codec, record + 8, 8);
	header.e_shoff = elf_codec_get_number(codec, record + 16, 8);
	header.e_shentsize = (uint16_t)elf_codec_get_number(codec, record + 24, 2);
	header.e_shnum = (uint16_t)elf_codec_get_number(codec, record + 26, 2);
	header.e_shstrndx = (uint16_t)elf_codec_get_number(codec, record + 28, 2);
	if (size > bundle->sh_offset - RECORD_SIZE)
		return 0;

	err = elf_file_read_as(file->data, size, &header, &before, NULL);
	if (!err)
		err = elf_tail_build(&before, size, true, file->data + bundle->sh_offset,
				     bundle->sh_size, &tail, NULL);
	if (err)
		return err == -ENOMEM ? err : 0;
	if (!ends_with(file, &tail))
		return 0;
	*ret_header = header;
	*ret_size = size;
	return 1;
}
