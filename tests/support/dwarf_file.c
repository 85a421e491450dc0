/* SPDX-License-Identifier: MIT */
#include "tests/support/dwarf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct dwarf_section *section_of(struct dwarf_file *file, const char *name)
{
	const struct {
		const char *name;
		struct dwarf_section *section;
	} sections[] = {
		{".debug_info", &file->info},
		{".debug_abbrev", &file->abbrev},
		{".debug_str", &file->str},
		{".debug_line_str", &file->line_str},
		{".debug_str_offsets", &file->str_offsets},
		{".debug_types", &file->types},
		{".debug_addr", &file->addr},
	};

	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (strcmp(name, sections[i].name) == 0)
			return sections[i].section;
	return NULL;
}

static bool read_sections(Elf *elf, struct dwarf_file *file)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		struct dwarf_section *section;
		const char *name;
		GElf_Shdr header;
		Elf_Data *data;

		if (!gelf_getshdr(scn, &header))
			return false;
		name = elf_strptr(elf, names, header.sh_name);
		section = name ? section_of(file, name) : NULL;
		if (!section)
			continue;
		if (header.sh_flags & SHF_COMPRESSED && elf_compress(scn, 0, 0) < 0)
			return false;
		data = elf_rawdata(scn, NULL);
		if (header.sh_flags & SHF_COMPRESSED)
			data = elf_getdata(scn, NULL);
		if (!data)
			return false;
		*section = (struct dwarf_section){data->d_buf, data->d_size};
	}
	return true;
}

static bool open_one(struct dwarf_test_file *file, int number, const char *path)
{
	struct dwarf_sections *sections = &file->sections;
	GElf_Ehdr header;
	Elf *elf;

	file->opened[number].fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->opened[number].fd < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	elf_version(EV_CURRENT);
	elf = elf_begin(file->opened[number].fd, ELF_C_READ_MMAP, NULL);
	file->opened[number].elf = elf;
	if (!elf || !gelf_getehdr(elf, &header) ||
	    !read_sections(elf, number ? &sections->alternate : &sections->file)) {
		fprintf(stderr, "%s: %s\n", path, elf_errmsg(-1));
		return false;
	}
	sections->big_endian = header.e_ident[EI_DATA] == ELFDATA2MSB;
	sections->is_64bit = header.e_ident[EI_CLASS] == ELFCLASS64;
	return true;
}

bool dwarf_test_open(struct dwarf_test_file *file, const char *path, const char *alternate)
{
	*file = (struct dwarf_test_file){.opened = {{-1, NULL}, {-1, NULL}}};
	return open_one(file, 0, path) && (!alternate || open_one(file, 1, alternate));
}

void dwarf_test_close(struct dwarf_test_file *file)
{
	for (int i = 0; i < 2; i++) {
		elf_end(file->opened[i].elf);
		if (file->opened[i].fd >= 0)
			close(file->opened[i].fd);
	}
}
