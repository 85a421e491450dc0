/* SPDX-License-Identifier: MIT */
#include "tests/support/elf_builder.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_codec.h"

/* More than any test needs; the image is cut to the used size. */
#define ROOM (16u << 20)

static void put(const struct elf_codec *codec, uint8_t **at, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size; i++)
		(*at)[codec->big_endian ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
	*at += size;
}

static void put_load(const struct elf_codec *codec, uint8_t *at, uint64_t size)
{
	size_t word = elf_codec_word_size(codec);

	put(codec, &at, 4, PT_LOAD);
	if (word == 8)
		put(codec, &at, 4, PF_R);
	put(codec, &at, word, 0);
	put(codec, &at, word, 0x10000);
	put(codec, &at, word, 0x10000);
	put(codec, &at, word, size);
	put(codec, &at, word, size);
	if (word == 4)
		put(codec, &at, 4, PF_R);
	put(codec, &at, word, 0x1000);
}

static size_t align_to(size_t offset, size_t alignment)
{
	return alignment > 1 ? (offset + alignment - 1) / alignment * alignment : offset;
}

uint8_t *elf_build(const struct elf_build *build, size_t *ret_size)
{
	struct elf_codec codec = {.is_64bit = build->is_64bit, .big_endian = build->big_endian};
	size_t count = 1 + build->count + build->spare + !build->without_names;
	Elf64_Shdr *sections = calloc(count, sizeof(*sections));
	uint8_t *image = calloc(1, ROOM);
	size_t table_size = count * elf_codec_section_size(&codec);
	size_t end, mapped_end, table = 0, names_size = 1, names = 0;
	char *name_bytes = calloc(1, 4096);
	Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
			    build->is_64bit ? ELFCLASS64 : ELFCLASS32,
			    build->big_endian ? ELFDATA2MSB : ELFDATA2LSB, EV_CURRENT, 3},
		.e_type = build->type,
		.e_machine = build->machine,
		.e_version = EV_CURRENT,
		.e_ehsize = (uint16_t)elf_codec_header_size(&codec),
		.e_flags = 0x1234,
	};

	end = elf_codec_header_size(&codec);
	if (build->mapped) {
		header.e_phoff = end;
		header.e_phnum = 1;
		header.e_phentsize = (uint16_t)elf_codec_segment_size(&codec);
		end += elf_codec_segment_size(&codec);
	}
	for (size_t i = 0; i < build->count; i++) {
		sections[1 + i].sh_name = (uint32_t)names_size;
		strcpy(name_bytes + names_size, build->sections[i].name);
		names_size += strlen(build->sections[i].name) + 1;
	}
	if (!build->without_names) {
		names = count - 1;
		sections[names] = (Elf64_Shdr){.sh_name = (uint32_t)names_size,
					       .sh_type = SHT_STRTAB,
					       .sh_flags = build->names_flags,
					       .sh_addralign = 1};
		strcpy(name_bytes + names_size, ".shstrtab");
		names_size += sizeof(".shstrtab");
		sections[names].sh_size = names_size;
	}
	if (build->headers_first) {
		table = align_to(end, 8);
		end = table + table_size;
		sections[names].sh_offset = end;
		memcpy(image + end, name_bytes, names_size);
		end += names_size;
	}
	mapped_end = end;
	for (size_t i = 0; i < build->count; i++) {
		const struct built_section *from = &build->sections[i];
		Elf64_Shdr *to = &sections[1 + i];

		end = align_to(end, from->alignment);
		to->sh_type = from->type;
		to->sh_flags = from->flags;
		to->sh_offset = end;
		to->sh_size = from->size;
		to->sh_addralign = from->alignment;
		to->sh_link = from->link;
		if (from->type != SHT_NOBITS && from->size) {
			memcpy(image + end, from->data, from->size);
			end += from->size;
		}
		if (i < build->mapped)
			mapped_end = end;
	}
	if (!build->headers_first && !build->without_headers) {
		if (!build->without_names) {
			sections[names].sh_offset = end;
			memcpy(image + end, name_bytes, names_size);
			end += names_size;
		}
		table = align_to(end, elf_codec_word_size(&codec));
		end = table + table_size;
	}
	if (!build->without_headers)
		elf_codec_put_table(&codec, image + table, sections, count, names, table, &header);
	elf_codec_put_header(&codec, image, &header);
	if (build->mapped)
		put_load(&codec, image + elf_codec_header_size(&codec), mapped_end);
	free(sections);
	free(name_bytes);
	*ret_size = end;
	return realloc(image, end);
}
