/* SPDX-License-Identifier: MIT */
/*
 * Converts ELF's structures: in a file they come in two classes and two byte orders, in memory
 * they are the 64-bit structures in our byte order.
 *
 * Nothing here checks bounds: the caller must (elf_file.h).
 */
#ifndef COREBTF_ELF_ELF_CODEC_H
#define COREBTF_ELF_ELF_CODEC_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_codec {
	bool is_64bit;
	bool big_endian;
};

/* Sizes in the file, bytes. */
size_t elf_codec_header_size(const struct elf_codec *codec);
size_t elf_codec_segment_size(const struct elf_codec *codec); /* of a program header */
size_t elf_codec_section_size(const struct elf_codec *codec); /* of a section header */
size_t elf_codec_symbol_size(const struct elf_codec *codec);
size_t elf_codec_word_size(const struct elf_codec *codec); /* what tables are aligned to */

/* @bytes need not be aligned. */
void elf_codec_get_header(const struct elf_codec *codec, const void *bytes, Elf64_Ehdr *ret);
void elf_codec_get_segment(const struct elf_codec *codec, const void *bytes, Elf64_Phdr *ret);
void elf_codec_get_section(const struct elf_codec *codec, const void *bytes, Elf64_Shdr *ret);
void elf_codec_get_symbol(const struct elf_codec *codec, const void *bytes, Elf64_Sym *ret);

/* Of a 32-bit file, the values must fit into 32 bits. */
void elf_codec_put_header(const struct elf_codec *codec, void *bytes, const Elf64_Ehdr *header);
void elf_codec_put_segment(const struct elf_codec *codec, void *bytes, const Elf64_Phdr *segment);
void elf_codec_put_section(const struct elf_codec *codec, void *bytes, const Elf64_Shdr *section);
void elf_codec_put_symbol(const struct elf_codec *codec, void *bytes, const Elf64_Sym *symbol);

/* An unsigned integer of @size bytes, at most 8, in the file's byte order. */
void elf_codec_put_number(const struct elf_codec *codec, uint8_t *bytes, size_t size,
			  uint64_t value);
uint64_t elf_codec_get_number(const struct elf_codec *codec, const uint8_t *bytes, size_t size);

/*
 * Writes a table of section headers that lies at @offset of the file, and says in @header where
 * it is and how long. Counts that are too large for the ELF header go where ELF wants them, into
 * section 0, which is changed for that. @names: the index of the section with the names.
 */
void elf_codec_put_table(const struct elf_codec *codec, void *bytes, Elf64_Shdr *sections,
			 size_t count, size_t names, uint64_t offset, Elf64_Ehdr *header);

#endif
