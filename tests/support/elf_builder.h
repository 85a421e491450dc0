/* SPDX-License-Identifier: MIT */
/*
 * Makes small ELF images of every kind for the tests, laid out as a linker would, or deliberately
 * in another way.
 */
#ifndef TESTS_SUPPORT_ELF_BUILDER_H
#define TESTS_SUPPORT_ELF_BUILDER_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct built_section {
	const char *name;
	uint32_t type;
	uint64_t flags;
	const void *data;
	size_t size;
	uint64_t alignment;
	uint32_t link;
};

struct elf_build {
	bool is_64bit;
	bool big_endian;
	uint16_t type;
	uint16_t machine;
	const struct built_section *sections; /* from index 1 on */
	size_t count;
	size_t spare;	    /* so many empty sections behind these */
	size_t mapped;	    /* a PT_LOAD segment over the headers and the first so many sections */
	bool headers_first; /* names and section headers before the sections' bytes */
	bool without_names; /* e_shstrndx 0 */
	bool without_headers; /* no section headers */
	uint64_t names_flags; /* of .shstrtab */
};

/* The image is malloc'd. .shstrtab is the last section, unless left out. */
uint8_t *elf_build(const struct elf_build *build, size_t *ret_size);

#endif
