/* SPDX-License-Identifier: MIT */
/*
 * A checked view of an ELF image in memory: its headers, all of which point inside the image. Of
 * any class, byte order, type and machine.
 */
#ifndef COREBTF_ELF_ELF_FILE_H
#define COREBTF_ELF_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/elf/elf_codec.h"
#include "runtime/util/reason.h"

struct elf_file {
	const uint8_t *data; /* borrowed */
	size_t size;
	struct elf_codec codec;
	Elf64_Ehdr header;
	Elf64_Phdr *segments; /* owned, as many as the headers really say (PN_XNUM) */
	size_t segment_count;
	Elf64_Shdr *sections; /* owned; the one at 0 is ELF's empty one */
	size_t section_count; /* 0: the file has no section headers */
	size_t names;	      /* index of the section with the sections' names; 0: none */
};

/* Does the file start as ELF files do? */
bool elf_file_is(const void *start, size_t size);

/*
 * Reads the headers of the image at @data, which stays the caller's and must outlive @ret_file.
 * Guaranteed afterwards: both tables lie in the image; so do the bytes of every section and segment
 * that has some; the section table overlaps neither the other headers nor a section; names are
 * terminated and every section's name is among them. Not guaranteed: anything else; sections may
 * overlap, offsets of empty ones may be anything. Errors: -ENOEXEC no ELF file,
 * -EBADMSG a damaged or truncated one, -ENOMEM.
 */
int elf_file_read(const void *data, size_t size, struct elf_file *ret_file, struct reason *why);

/* The same with @header instead of the one in the image, which is not read. */
int elf_file_read_as(const void *data, size_t size, const Elf64_Ehdr *header,
		     struct elf_file *ret_file, struct reason *why);

/* The same without the program headers: those of a debug file that was split off name bytes which
 * it does not have. */
int elf_file_read_sections(const void *data, size_t size, struct elf_file *ret_file,
			   struct reason *why);

/* Frees what is owned; for _cleanup_. */
void elf_file_release(struct elf_file *file);

/* The first section of that name past the one at @after, or 0. */
size_t elf_file_find_section(const struct elf_file *file, const char *name, size_t after);

/* The program header (PT_LOAD) that maps exactly the section at @index; the count of all when there
 * is none. */
size_t elf_file_find_segment(const struct elf_file *file, size_t index);

/* Its name; "" where the file has no names. */
const char *elf_file_section_name(const struct elf_file *file, size_t index);

/* Ignores an alignment that is no power of two, and one that would only make a large hole. */
static inline uint64_t elf_align_up(uint64_t offset, uint64_t alignment)
{
	if (alignment < 2 || (alignment & (alignment - 1)) || alignment > 4096)
		return offset;
	return (offset + alignment - 1) & ~(alignment - 1);
}

/* Has the section bytes in the file? */
static inline bool elf_section_has_bytes(const Elf64_Shdr *section)
{
	return section->sh_type != SHT_NULL && section->sh_type != SHT_NOBITS && section->sh_size;
}

/* Does a program header name a byte of this range? */
bool elf_file_is_mapped(const struct elf_file *file, uint64_t offset, uint64_t size);

/* The size in the file of the section header table and of the program header table. */
uint64_t elf_file_section_table_size(const struct elf_file *file);
uint64_t elf_file_segment_table_size(const struct elf_file *file);

/* The end of the program header table and of all bytes that it names; 0 without one. The headers
 * are checked, so nothing overflows. */
uint64_t elf_file_segments_end(const struct elf_file *file);

#endif
