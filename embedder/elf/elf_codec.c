/* SPDX-License-Identifier: MIT */
/*
 * Bytes of one ELF structure come in, the 64-bit structure in our byte order goes out, and back.
 * A table for each structure says where its fields are in both classes; one loop reads them all,
 * one writes them.
 *
 * libelf is not used here. Its gelf functions convert between the classes too, but only of a
 * file that libelf has opened, and then damage is hidden before we can report it: with elfutils
 * 0.188 a section header table past the end of the file counts as none, a wrong e_shentsize is
 * ignored, too many program headers are cut to what fits. Nor can libelf write to an image in
 * memory, or read one with an ELF header from elsewhere (elf_file_read_as()). What works without
 * an open file, elf32_xlatetom() and its family, only swaps bytes.
 */
#include "embedder/elf/elf_codec.h"

#include <string.h>

#include "runtime/util/bytes.h"

/* A field's offset and size in bytes; [0] of the 32-bit structure, [1] of the 64-bit one. */
struct field {
	uint8_t offset[2];
	uint8_t size[2];
};

#define BOTH(operation, structure, name)                                                           \
	{                                                                                          \
		operation(Elf32_##structure, name), operation(Elf64_##structure, name)             \
	}
#define SIZE(type, name) sizeof(((type *)0)->name)
#define FIELD(structure, name)                                                                     \
	{                                                                                          \
		BOTH(offsetof, structure, name), BOTH(SIZE, structure, name)                       \
	}

static const struct field header_fields[] = {
	FIELD(Ehdr, e_type),	FIELD(Ehdr, e_machine),	  FIELD(Ehdr, e_version),
	FIELD(Ehdr, e_entry),	FIELD(Ehdr, e_phoff),	  FIELD(Ehdr, e_shoff),
	FIELD(Ehdr, e_flags),	FIELD(Ehdr, e_ehsize),	  FIELD(Ehdr, e_phentsize),
	FIELD(Ehdr, e_phnum),	FIELD(Ehdr, e_shentsize), FIELD(Ehdr, e_shnum),
	FIELD(Ehdr, e_shstrndx)};

static const struct field segment_fields[] = {
	FIELD(Phdr, p_type),  FIELD(Phdr, p_offset), FIELD(Phdr, p_flags), FIELD(Phdr, p_vaddr),
	FIELD(Phdr, p_paddr), FIELD(Phdr, p_filesz), FIELD(Phdr, p_memsz), FIELD(Phdr, p_align)};

static const struct field section_fields[] = {FIELD(Shdr, sh_name),	 FIELD(Shdr, sh_type),
					      FIELD(Shdr, sh_flags),	 FIELD(Shdr, sh_addr),
					      FIELD(Shdr, sh_offset),	 FIELD(Shdr, sh_size),
					      FIELD(Shdr, sh_link),	 FIELD(Shdr, sh_info),
					      FIELD(Shdr, sh_addralign), FIELD(Shdr, sh_entsize)};

static const struct field symbol_fields[] = {FIELD(Sym, st_name),  FIELD(Sym, st_info),
					     FIELD(Sym, st_other), FIELD(Sym, st_shndx),
					     FIELD(Sym, st_value), FIELD(Sym, st_size)};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct elf_codec host = {.is_64bit = true, .big_endian = BYTES_HOST_IS_BIG_ENDIAN};

uint64_t elf_codec_get_number(const struct elf_codec *codec, const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)bytes[codec->big_endian ? size - 1 - i : i] << (8 * i);
	return value;
}

void elf_codec_put_number(const struct elf_codec *codec, uint8_t *bytes, size_t size,
			  uint64_t value)
{
	for (size_t i = 0; i < size; i++)
		bytes[codec->big_endian ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

/* @from and @to hold one structure each; @fields are its @count fields. */
static void convert(const struct elf_codec *from_codec, const uint8_t *from,
		    const struct elf_codec *to_codec, uint8_t *to, const struct field *fields,
		    size_t count)
{
	bool is_from_wide = from_codec->is_64bit, is_to_wide = to_codec->is_64bit;

	for (const struct field *field = fields; field < fields + count; field++) {
		uint64_t value = elf_codec_get_number(
			from_codec, from + field->offset[is_from_wide], field->size[is_from_wide]);

		elf_codec_put_number(to_codec, to + field->offset[is_to_wide],
				     field->size[is_to_wide], value);
	}
}

size_t elf_codec_header_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}

void elf_codec_get_header(const struct elf_codec *codec, const void *bytes, Elf64_Ehdr *ret)
{
	memcpy(ret->e_ident, bytes, EI_NIDENT);
	convert(codec, bytes, &host, (uint8_t *)ret, header_fields, COUNT(header_fields));
}

void elf_codec_put_header(const struct elf_codec *codec, void *bytes, const Elf64_Ehdr *header)
{
	memcpy(bytes, header->e_ident, EI_NIDENT);
	convert(&host, (const uint8_t *)header, codec, bytes, header_fields, COUNT(header_fields));
}

size_t elf_codec_segment_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

void elf_codec_get_segment(const struct elf_codec *codec, const void *bytes, Elf64_Phdr *ret)
{
	convert(codec, bytes, &host, (uint8_t *)ret, segment_fields, COUNT(segment_fields));
}

void elf_codec_put_segment(const struct elf_codec *codec, void *bytes, const Elf64_Phdr *segment)
{
	convert(&host, (const uint8_t *)segment, codec, bytes, segment_fields,
		COUNT(segment_fields));
}

size_t elf_codec_section_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

void elf_codec_get_section(const struct elf_codec *codec, const void *bytes, Elf64_Shdr *ret)
{
	convert(codec, bytes, &host, (uint8_t *)ret, section_fields, COUNT(section_fields));
}

void elf_codec_put_section(const struct elf_codec *codec, void *bytes, const Elf64_Shdr *section)
{
	convert(&host, (const uint8_t *)section, codec, bytes, section_fields,
		COUNT(section_fields));
}

size_t elf_codec_symbol_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

void elf_codec_get_symbol(const struct elf_codec *codec, const void *bytes, Elf64_Sym *ret)
{
	convert(codec, bytes, &host, (uint8_t *)ret, symbol_fields, COUNT(symbol_fields));
}

void elf_codec_put_symbol(const struct elf_codec *codec, void *bytes, const Elf64_Sym *symbol)
{
	convert(&host, (const uint8_t *)symbol, codec, bytes, symbol_fields, COUNT(symbol_fields));
}

size_t elf_codec_word_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? 8 : 4;
}

void elf_codec_put_table(const struct elf_codec *codec, void *bytes, Elf64_Shdr *sections,
			 size_t count, size_t names, uint64_t offset, Elf64_Ehdr *header)
{
	size_t size = elf_codec_section_size(codec);
	bool many = count >= SHN_LORESERVE;
	bool far_names = names >= SHN_LORESERVE;

	sections[0].sh_size = many ? count : 0;
	sections[0].sh_link = far_names ? (uint32_t)names : 0;
	header->e_shoff = offset;
	header->e_shentsize = (uint16_t)size;
	header->e_shnum = many ? 0 : (uint16_t)count;
	header->e_shstrndx = far_names ? SHN_XINDEX : (uint16_t)names;
	for (size_t i = 0; i < count; i++)
		elf_codec_put_section(codec, (uint8_t *)bytes + i * size, &sections[i]);
}
