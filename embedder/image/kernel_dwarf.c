/* SPDX-License-Identifier: MIT */
/*
 * In: an ELF file. Out: the sections that its types are read from.
 */
#include "embedder/image/kernel_dwarf.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/image/debug_file.h"
#include "embedder/image/kernel_elf.h"
#include "embedder/util/cleanup.h"

/* What reading types takes besides the sections: at most this part of .debug_info. */
#define INFO_PART 4

/* In the order of struct dwarf_file. */
static const char *const names[KERNEL_DWARF_SECTIONS] = {
	"info", "abbrev", "str", "line_str", "str_offsets", "types", "addr",
};

/* The section that @section of struct dwarf_file is filled from. */
static struct dwarf_section *place_of(struct dwarf_file *file, size_t section)
{
	struct dwarf_section *const places[KERNEL_DWARF_SECTIONS] = {
		&file->info,	    &file->abbrev, &file->str,	&file->line_str,
		&file->str_offsets, &file->types,  &file->addr,
	};

	return places[section];
}

static void close_file(struct kernel_dwarf_file *file)
{
	for (size_t i = 0; i < KERNEL_DWARF_SECTIONS; i++)
		kernel_section_release(&file->sections[i]);
	kernel_btf_close(&file->bytes);
}

void kernel_dwarf_close(struct kernel_dwarf **dwarf)
{
	struct kernel_dwarf *closed = *dwarf;

	if (!closed)
		return;
	close_file(&closed->own);
	close_file(&closed->alternate);
	memory_budget_release(closed->budget, closed->held);
	free(closed);
	*dwarf = NULL;
}

/* --- memory ----------------------------------------------------------------------------------- */

/* What the sections of a file unpack to, and how many bytes they have in the file. Sections that
 * cannot be read count nothing: reading them says why. */
static void measure(const struct elf_file *file, uint64_t *ret_unpacked, uint64_t *ret_stored,
		    uint64_t *ret_info)
{
	*ret_unpacked = *ret_stored = *ret_info = 0;
	for (size_t i = 0; i < KERNEL_DWARF_SECTIONS; i++) {
		size_t index = kernel_elf_find_debug(file, names[i]);
		uint64_t size = 0;
		bool is_packed = false;

		if (!index || kernel_section_look(file, index, &size, &is_packed, NULL))
			continue;
		*ret_stored += file->sections[index].sh_size;
		*ret_unpacked += is_packed ? size : 0;
		*ret_info += i == 0 ? size : 0;
	}
}

static uint64_t cost_of(const struct kernel_btf *bytes, const struct elf_file *file,
			uint64_t *ret_needed)
{
	uint64_t unpacked, stored, info;

	measure(file, &unpacked, &stored, &info);
	*ret_needed = unpacked;
	if (bytes->memory)
		*ret_needed += bytes->size;
	else if (!bytes->path) /* an excerpt: only what was kept is in memory */
		*ret_needed += stored;
	return *ret_needed + info / INFO_PART;
}

static bool has_dwarf(const struct elf_file *file)
{
	size_t info = kernel_elf_find_debug(file, "info");

	return info && elf_section_has_bytes(&file->sections[info]);
}

bool kernel_dwarf_is_read(const struct elf_file *file, enum kernel_types_kind wanted)
{
	return has_dwarf(file) &&
	       (wanted == KERNEL_TYPES_DWARF || kernel_elf_types(file) == KERNEL_TYPES_DWARF);
}

uint64_t kernel_dwarf_cost(const struct kernel_btf *bytes, enum kernel_types_kind wanted,
			   uint64_t *ret_needed)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};

	*ret_needed = 0;
	if (kernel_elf_open(bytes->data, bytes->size, &file, NULL) ||
	    !kernel_dwarf_is_read(&file, wanted))
		return 0;
	return cost_of(bytes, &file, ret_needed);
}

/* Waits for the memory that the DWARF in @bytes takes besides @before. */
static int reserve(struct kernel_dwarf *dwarf, const struct kernel_btf *bytes,
		   const struct elf_file *file, uint64_t before, struct reason *why)
{
	uint64_t needed, wanted = before + cost_of(bytes, file, &needed);
	int err;

	needed += before;
	wanted = memory_budget_at_most(dwarf->budget, wanted);
	if (wanted < needed)
		wanted = needed; /* which is refused */
	if (!dwarf->budget || wanted <= dwarf->held)
		return 0;
	err = memory_budget_extend(dwarf->budget, dwarf->held, wanted - dwarf->held, why);
	if (!err)
		dwarf->held = wanted;
	return err;
}

/* --- sections --------------------------------------------------------------------------------- */

static int read_section(const struct elf_file *elf, size_t i, struct kernel_dwarf_file *file,
			struct dwarf_file *ret, struct reason *why)
{
	size_t index = kernel_elf_find_debug(elf, names[i]);
	int err;

	/* .debug_info is there, and its reader says which of the others it misses. */
	if (!index || elf->sections[index].sh_size == 0)
		return 0;
	err = kernel_section_read(elf, index, &file->sections[i], why);
	if (!err)
		*place_of(ret, i) = (struct dwarf_section){.data = file->sections[i].data,
							   .size = file->sections[i].size};
	return err;
}

static int read_sections(const struct elf_file *elf, struct kernel_dwarf_file *file,
			 struct dwarf_file *ret, struct reason *why)
{
	for (size_t i = 0; i < KERNEL_DWARF_SECTIONS; i++) {
		int err = read_section(elf, i, file, ret, why);

		if (err)
			return err;
	}
	return 0;
}

/* --- files ------------------------------------------------------------------------------------ */

static int read_alternate(const struct elf_file *elf, const char *debug_root,
			  struct kernel_dwarf *dwarf, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file alternate = {0};
	const char *path = dwarf->own.bytes.path;
	struct kernel_btf *bytes = &dwarf->alternate.bytes;
	struct reason inner = {""};
	int err;

	if (!elf_file_find_section(elf, ".gnu_debugaltlink", 0))
		return 0;
	if (!path || !debug_root)
		return reason_set(
			why, -ENOENT,
			"part of its DWARF is in %s (by dwz), which is not looked for "
			"outside of an archive: unpack the archive and give the file itself",
			debug_file_alternate_name(elf) ?: "another file");
	err = debug_file_open_alternate(elf, path, debug_root, bytes, why);
	if (err)
		return err;
	err = elf_file_read_sections(bytes->data, bytes->size, &alternate, &inner);
	if (!err)
		err = reserve(dwarf, bytes, &alternate, dwarf->held, &inner);
	if (!err)
		err = read_sections(&alternate, &dwarf->alternate, &dwarf->sections.alternate,
				    &inner);
	return err ? reason_set(why, err, "%s: %s", bytes->path, inner.text) : 0;
}

/* All that is in one file, or that this one names. */
static int read_dwarf(const struct elf_file *elf, const char *debug_root,
		      struct kernel_dwarf *dwarf, struct reason *why)
{
	int err = reserve(dwarf, &dwarf->own.bytes, elf, 0, why);

	if (!err)
		err = read_sections(elf, &dwarf->own, &dwarf->sections.file, why);
	if (err)
		return err;
	dwarf->sections.is_64bit = elf->codec.is_64bit;
	dwarf->sections.big_endian = elf->codec.big_endian;
	return read_alternate(elf, debug_root, dwarf, why);
}

static int explain_nothing(const struct elf_file *elf, struct reason *why)
{
	size_t info = kernel_elf_find_debug(elf, "info");

	if (info && elf->sections[info].sh_type == SHT_NOBITS)
		return reason_set(
			why, -ENODATA,
			"its section .debug_info has no bytes in this file, and it has no "
			"BTF: give the file that the bytes were split off to");
	return reason_set(
		why, -ENODATA,
		"it has neither BTF nor DWARF (no section .BTF, no .debug_info): stripped? "
		"Its package with debug information (-dbg, -dbgsym, -debuginfo) has it");
}

/* @kernel has no .debug_info: its debug file takes its place. */
static int read_debug_file(const struct elf_file *kernel, const char *debug_root,
			   struct kernel_dwarf *dwarf, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	_cleanup_(kernel_btf_close) struct kernel_btf bytes = {0};
	const char *path = dwarf->own.bytes.path;
	struct reason inner = {""};
	int err;

	if (!path || !debug_root)
		return explain_nothing(kernel, why);
	err = debug_file_open(kernel, path, debug_root, &bytes, &inner);
	if (err)
		return reason_set(why, err, "it has neither BTF nor DWARF (.debug_info), and %s",
				  inner.text);
	kernel_btf_close(&dwarf->own.bytes);
	dwarf->own.bytes = bytes;
	memset(&bytes, 0, sizeof(bytes));
	path = dwarf->own.bytes.path;
	err = elf_file_read_sections(dwarf->own.bytes.data, dwarf->own.bytes.size, &file, &inner);
	if (!err)
		err = read_dwarf(&file, debug_root, dwarf, &inner);
	return err ? reason_set(why, err, "its debug file %s: %s", path, inner.text) : 0;
}

int kernel_dwarf_open(struct kernel_btf *bytes, const char *debug_root,
		      struct kernel_facts *ret_facts, struct kernel_dwarf **ret_dwarf,
		      struct reason *why)
{
	_cleanup_(kernel_dwarf_close) struct kernel_dwarf *dwarf = calloc(1, sizeof(*dwarf));
	_cleanup_(elf_file_release) struct elf_file elf = {0};
	int err;

	if (!dwarf) {
		kernel_btf_close(bytes);
		return reason_errno(why, -ENOMEM, "cannot read its DWARF");
	}
	dwarf->own.bytes = *bytes;
	dwarf->budget = bytes->budget;
	dwarf->held = bytes->held;
	dwarf->own.bytes.budget = NULL;
	memset(bytes, 0, sizeof(*bytes));
	err = kernel_elf_open(dwarf->own.bytes.data, dwarf->own.bytes.size, &elf, why);
	if (!err)
		err = kernel_elf_check_linked(&elf, why);
	if (!err && ret_facts)
		err = kernel_elf_identify_memory(dwarf->own.bytes.data, dwarf->own.bytes.size,
						 ret_facts, why);
	if (err)
		return err;
	err = has_dwarf(&elf) ? read_dwarf(&elf, debug_root, dwarf, why)
			      : read_debug_file(&elf, debug_root, dwarf, why);
	if (err)
		return err;
	if (ret_facts)
		ret_facts->types = KERNEL_TYPES_DWARF;
	*ret_dwarf = TAKE_PTR(dwarf);
	return 0;
}

/* --- of a file that comes in pieces ----------------------------------------------------------- */

size_t kernel_dwarf_ranges(const void *image, size_t size, enum kernel_types_kind wanted,
			   struct kernel_excerpt_range ranges[static KERNEL_EXCERPT_RANGES])
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	size_t count = 0, sections[KERNEL_DWARF_SECTIONS + 2];

	if (kernel_elf_open(image, size, &file, NULL) || !kernel_dwarf_is_read(&file, wanted))
		return 0;
	for (size_t i = 0; i < KERNEL_DWARF_SECTIONS; i++)
		sections[i] = kernel_elf_find_debug(&file, names[i]);
	sections[KERNEL_DWARF_SECTIONS] = file.names;
	sections[KERNEL_DWARF_SECTIONS + 1] = elf_file_find_section(&file, ".gnu_debugaltlink", 0);
	ranges[count++] = (struct kernel_excerpt_range){0, elf_codec_header_size(&file.codec)};
	ranges[count++] = (struct kernel_excerpt_range){
		file.header.e_shoff, file.header.e_shoff + elf_file_section_table_size(&file)};
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		const Elf64_Shdr *section = &file.sections[sections[i]];

		if (sections[i] && elf_section_has_bytes(section))
			ranges[count++] = (struct kernel_excerpt_range){
				section->sh_offset, section->sh_offset + section->sh_size};
	}
	return count;
}
