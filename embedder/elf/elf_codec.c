/* SPDX-License-Identifier: MIT */
/*
 * Bytes of one ELF structure come in, the 64-bit structure in our byte order goes out, and back.
 * libelf turns the byte order; the step between the classes is a matter of copying fields.
 */
#include "embedder/elf/elf_codec.h"

#include <assert.h>
#include <libelf.h>
#include <string.h>

size_t elf_codec_header_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}

size_t elf_codec_segment_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

size_t elf_codec_section_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

size_t elf_codec_symbol_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

size_t elf_codec_word_size(const struct elf_codec *codec)
{
	return codec->is_64bit ? 8 : 4;
}

static unsigned int byte_order(const struct elf_codec *codec)
{
	return codec->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
}

/* One structure of @type: @size bytes in the file as in memory, which ELF's structures are. */
static void get(const struct elf_codec *codec, Elf_Type type, const void *bytes, void *ret,
		size_t size)
{
	Elf_Data from = {
		.d_buf = (void *)bytes, .d_type = type, .d_version = EV_CURRENT, .d_size = size};
	Elf_Data to = {.d_buf = ret, .d_version = EV_CURRENT, .d_size = size};
	Elf_Data *done;

	done = codec->is_64bit ? elf64_xlatetom(&to, &from, byte_order(codec))
			       : elf32_xlatetom(&to, &from, byte_order(codec));
	assert(done);
	(void)done;
}

static void put(const struct elf_codec *codec, Elf_Type type, void *bytes, const void *value,
		size_t size)
{
	Elf_Data from = {
		.d_buf = (void *)value, .d_type = type, .d_version = EV_CURRENT, .d_size = size};
	Elf_Data to = {.d_buf = bytes, .d_version = EV_CURRENT, .d_size = size};
	Elf_Data *done;

	done = codec->is_64bit ? elf64_xlatetof(&to, &from, byte_order(codec))
			       : elf32_xlatetof(&to, &from, byte_order(codec));
	assert(done);
	(void)done;
}

void elf_codec_get_header(const struct elf_codec *codec, const void *bytes, Elf64_Ehdr *ret)
{
	Elf32_Ehdr narrow;

	if (codec->is_64bit) {
		get(codec, ELF_T_EHDR, bytes, ret, sizeof(*ret));
		return;
	}
	get(codec, ELF_T_EHDR, bytes, &narrow, sizeof(narrow));
	*ret = (Elf64_Ehdr){
		.e_type = narrow.e_type,
		.e_machine = narrow.e_machine,
		.e_version = narrow.e_version,
		.e_entry = narrow.e_entry,
		.e_phoff = narrow.e_phoff,
		.e_shoff = narrow.e_shoff,
		.e_flags = narrow.e_flags,
		.e_ehsize = narrow.e_ehsize,
		.e_phentsize = narrow.e_phentsize,
		.e_phnum = narrow.e_phnum,
		.e_shentsize = narrow.e_shentsize,
		.e_shnum = narrow.e_shnum,
		.e_shstrndx = narrow.e_shstrndx,
	};
	memcpy(ret->e_ident, narrow.e_ident, EI_NIDENT);
}

void elf_codec_put_header(const struct elf_codec *codec, void *bytes, const Elf64_Ehdr *header)
{
	Elf32_Ehdr narrow;

	if (codec->is_64bit) {
		put(codec, ELF_T_EHDR, bytes, header, sizeof(*header));
		return;
	}
	narrow = (Elf32_Ehdr){
		.e_type = header->e_type,
		.e_machine = header->e_machine,
		.e_version = header->e_version,
		.e_entry = (Elf32_Addr)header->e_entry,
		.e_phoff = (Elf32_Off)header->e_phoff,
		.e_shoff = (Elf32_Off)header->e_shoff,
		.e_flags = header->e_flags,
		.e_ehsize = header->e_ehsize,
		.e_phentsize = header->e_phentsize,
		.e_phnum = header->e_phnum,
		.e_shentsize = header->e_shentsize,
		.e_shnum = header->e_shnum,
		.e_shstrndx = header->e_shstrndx,
	};
	memcpy(narrow.e_ident, header->e_ident, EI_NIDENT);
	put(codec, ELF_T_EHDR, bytes, &narrow, sizeof(narrow));
}

void elf_codec_get_segment(const struct elf_codec *codec, const void *bytes, Elf64_Phdr *ret)
{
	Elf32_Phdr narrow;

	if (codec->is_64bit) {
		get(codec, ELF_T_PHDR, bytes, ret, sizeof(*ret));
		return;
	}
	get(codec, ELF_T_PHDR, bytes, &narrow, sizeof(narrow));
	*ret = (Elf64_Phdr){
		.p_type = narrow.p_type,
		.p_flags = narrow.p_flags,
		.p_offset = narrow.p_offset,
		.p_vaddr = narrow.p_vaddr,
		.p_paddr = narrow.p_paddr,
		.p_filesz = narrow.p_filesz,
		.p_memsz = narrow.p_memsz,
		.p_align = narrow.p_align,
	};
}

void elf_codec_put_segment(const struct elf_codec *codec, void *bytes, const Elf64_Phdr *segment)
{
	Elf32_Phdr narrow;

	if (codec->is_64bit) {
		put(codec, ELF_T_PHDR, bytes, segment, sizeof(*segment));
		return;
	}
	narrow = (Elf32_Phdr){
		.p_type = segment->p_type,
		.p_flags = segment->p_flags,
		.p_offset = (Elf32_Off)segment->p_offset,
		.p_vaddr = (Elf32_Addr)segment->p_vaddr,
		.p_paddr = (Elf32_Addr)segment->p_paddr,
		.p_filesz = (Elf32_Word)segment->p_filesz,
		.p_memsz = (Elf32_Word)segment->p_memsz,
		.p_align = (Elf32_Word)segment->p_align,
	};
	put(codec, ELF_T_PHDR, bytes, &narrow, sizeof(narrow));
}

void elf_codec_get_section(const struct elf_codec *codec, const void *bytes, Elf64_Shdr *ret)
{
	Elf32_Shdr narrow;

	if (codec->is_64bit) {
		get(codec, ELF_T_SHDR, bytes, ret, sizeof(*ret));
		return;
	}
	get(codec, ELF_T_SHDR, bytes, &narrow, sizeof(narrow));
	*ret = (Elf64_Shdr){
		.sh_name = narrow.sh_name,
		.sh_type = narrow.sh_type,
		.sh_flags = narrow.sh_flags,
		.sh_addr = narrow.sh_addr,
		.sh_offset = narrow.sh_offset,
		.sh_size = narrow.sh_size,
		.sh_link = narrow.sh_link,
		.sh_info = narrow.sh_info,
		.sh_addralign = narrow.sh_addralign,
		.sh_entsize = narrow.sh_entsize,
	};
}

void elf_codec_put_section(const struct elf_codec *codec, void *bytes, const Elf64_Shdr *section)
{
	Elf32_Shdr narrow;

	if (codec->is_64bit) {
		put(codec, ELF_T_SHDR, bytes, section, sizeof(*section));
		return;
	}
	narrow = (Elf32_Shdr){
		.sh_name = section->sh_name,
		.sh_type = section->sh_type,
		.sh_flags = (Elf32_Word)section->sh_flags,
		.sh_addr = (Elf32_Addr)section->sh_addr,
		.sh_offset = (Elf32_Off)section->sh_offset,
		.sh_size = (Elf32_Word)section->sh_size,
		.sh_link = section->sh_link,
		.sh_info = section->sh_info,
		.sh_addralign = (Elf32_Word)section->sh_addralign,
		.sh_entsize = (Elf32_Word)section->sh_entsize,
	};
	put(codec, ELF_T_SHDR, bytes, &narrow, sizeof(narrow));
}

void elf_codec_get_symbol(const struct elf_codec *codec, const void *bytes, Elf64_Sym *ret)
{
	Elf32_Sym narrow;

	if (codec->is_64bit) {
		get(codec, ELF_T_SYM, bytes, ret, sizeof(*ret));
		return;
	}
	get(codec, ELF_T_SYM, bytes, &narrow, sizeof(narrow));
	*ret = (Elf64_Sym){
		.st_name = narrow.st_name,
		.st_info = narrow.st_info,
		.st_other = narrow.st_other,
		.st_shndx = narrow.st_shndx,
		.st_value = narrow.st_value,
		.st_size = narrow.st_size,
	};
}

void elf_codec_put_symbol(const struct elf_codec *codec, void *bytes, const Elf64_Sym *symbol)
{
	Elf32_Sym narrow;

	if (codec->is_64bit) {
		put(codec, ELF_T_SYM, bytes, symbol, sizeof(*symbol));
		return;
	}
	narrow = (Elf32_Sym){
		.st_name = symbol->st_name,
		.st_info = symbol->st_info,
		.st_other = symbol->st_other,
		.st_shndx = symbol->st_shndx,
		.st_value = (Elf32_Addr)symbol->st_value,
		.st_size = (Elf32_Word)symbol->st_size,
	};
	put(codec, ELF_T_SYM, bytes, &narrow, sizeof(narrow));
}

void elf_codec_put_number(const struct elf_codec *codec, uint8_t *bytes, size_t size,
			  uint64_t value)
{
	for (size_t i = 0; i < size; i++)
		bytes[codec->big_endian ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

uint64_t elf_codec_get_number(const struct elf_codec *codec, const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)bytes[codec->big_endian ? size - 1 - i : i] << (8 * i);
	return value;
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
