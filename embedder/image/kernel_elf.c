/* SPDX-License-Identifier: MIT */
/*
 * In: an ELF file of any class and byte order, in memory. Out: the bytes of its section .BTF, and
 * what the kernel in it says of itself.
 *
 * A vmlinux with debug information has hundreds of megabytes that must not be read in where it is
 * mapped, so the kernel's texts are searched only in the sections that it has in memory when it
 * runs.
 */
#include "embedder/image/kernel_elf.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_file.h"
#include "embedder/image/kernel_banner.h"
#include "embedder/image/kernel_section.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/machine.h"
#include "runtime/util/bytes.h"

bool kernel_elf_is(const void *start, size_t size)
{
	return elf_file_is(start, size);
}

static bool has_bytes(const struct elf_file *file, size_t index)
{
	return index && elf_section_has_bytes(&file->sections[index]);
}

/* --- BTF -------------------------------------------------------------------------------------- */

/* The bytes may start anywhere in the file; BTF is read as 32-bit words. */
static int copy_section(const struct kernel_section *section, struct kernel_btf *ret_btf,
			struct reason *why)
{
	void *memory = section->memory ? section->memory : malloc(section->size);

	if (!memory)
		return reason_errno(why, -ENOMEM, "cannot read its section .BTF");
	if (!section->memory)
		memcpy(memory, section->data, section->size);
	*ret_btf = (struct kernel_btf){.data = memory, .size = section->size, .memory = memory};
	return 0;
}

static int read_btf(const struct elf_file *file, struct kernel_btf *ret_btf, struct reason *why)
{
	size_t index = elf_file_find_section(file, ".BTF", 0);
	struct kernel_section section = {0};
	uint64_t size = 0;
	bool is_packed;
	int err;

	if (!index)
		return reason_set(why, -ENODATA, "an ELF file without a section .BTF");
	err = kernel_section_look(file, index, &size, &is_packed, why);
	if (!err)
		err = kernel_bytes_check_size(size, why);
	if (!err)
		err = kernel_section_read(file, index, &section, why);
	if (!err)
		err = copy_section(&section, ret_btf, why);
	if (err || kernel_bytes_are_btf(ret_btf->data, ret_btf->size))
		return err;
	kernel_btf_close(ret_btf);
	return reason_set(why, -EBADMSG, "its section .BTF does not start like BTF");
}

/* --- facts ------------------------------------------------------------------------------------ */

/* Counts the bytes of a section that is searched. Each byte of the file counts once: a made-up
 * table with a hundred thousand sections, each of them all of the file, would take hours. */
static int take_bytes(size_t size, size_t *left, struct reason *why)
{
	if (size > *left)
		return reason_set(why, -EBADMSG, "damaged ELF file: its sections overlap");
	*left -= size;
	return 0;
}

/* The first one, as the runtime takes it from the running kernel's notes. */
void kernel_elf_read_build_id(const struct elf_file *file, struct kernel_facts *facts)
{
	bool swapped = file->codec.big_endian != BYTES_HOST_IS_BIG_ENDIAN;
	size_t left = file->size, found = 0;
	uint8_t build_id[KERNEL_BUILD_ID_SIZE];

	for (size_t i = 1; i < file->section_count && !found; i++) {
		const Elf64_Shdr *section = &file->sections[i];

		if (!section->sh_size || section->sh_type != SHT_NOTE ||
		    section->sh_flags & SHF_COMPRESSED)
			continue;
		if (take_bytes(section->sh_size, &left, NULL))
			return;
		found = kernel_build_id_from_notes(file->data + section->sh_offset,
						   section->sh_size, swapped, build_id);
	}
	if (found > sizeof(facts->build_id))
		return;
	memcpy(facts->build_id, build_id, found);
	facts->build_id_size = found;
}

/* Searches the sections that are loaded: those with code, or the others. */
static int search_sections(const struct elf_file *file, bool code, size_t *left,
			   struct kernel_banner *banner, struct reason *why)
{
	for (size_t i = 1; i < file->section_count; i++) {
		const Elf64_Shdr *section = &file->sections[i];
		int err;

		if (!section->sh_size || !(section->sh_flags & SHF_ALLOC) ||
		    section->sh_flags & SHF_COMPRESSED || section->sh_type != SHT_PROGBITS ||
		    !(section->sh_flags & SHF_EXECINSTR) == code)
			continue;
		err = take_bytes(section->sh_size, left, why);
		if (err)
			return err;
		kernel_banner_search(banner, file->data + section->sh_offset, section->sh_size);
	}
	return 0;
}

/* `pahole -J` and objcopy add a section that is not loaded. */
static bool has_own_btf(const struct elf_file *file)
{
	size_t index = elf_file_find_section(file, ".BTF", 0);

	return has_bytes(file, index) && file->sections[index].sh_flags & SHF_ALLOC;
}

static int read_facts(const struct elf_file *file, struct kernel_facts *ret_facts,
		      struct reason *why)
{
	struct kernel_facts facts = {.machine = ""};
	struct kernel_banner banner = {0};
	size_t left = file->size;
	int err = search_sections(file, false, &left, &banner, why);

	/* Data is not in code, as a rule, and code is half of the kernel. */
	if (!err && !banner.rank)
		err = search_sections(file, true, &left, &banner, why);
	if (err)
		return err;
	kernel_banner_take(&banner, &facts);
	kernel_elf_read_build_id(file, &facts);
	facts.types = kernel_elf_types(file);
	facts.has_own_btf = has_own_btf(file);
	facts.machine = machine_from_elf(file->header.e_machine, file->codec.is_64bit,
					 file->codec.big_endian);
	*ret_facts = facts;
	return 0;
}

/* --- both ------------------------------------------------------------------------------------- */

size_t kernel_elf_find_debug(const struct elf_file *file, const char *name)
{
	static const char *const starts[] = {".debug_", ".zdebug_"};
	size_t found = 0;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]) && !found; i++) {
		char whole[32];

		snprintf(whole, sizeof(whole), "%s%s", starts[i], name);
		found = elf_file_find_section(file, whole, 0);
	}
	return found;
}

enum kernel_types_kind kernel_elf_types(const struct elf_file *file)
{
	if (has_bytes(file, elf_file_find_section(file, ".BTF", 0)))
		return KERNEL_TYPES_BTF;
	return has_bytes(file, kernel_elf_find_debug(file, "info")) ? KERNEL_TYPES_DWARF
								    : KERNEL_TYPES_UNKNOWN;
}

int kernel_elf_open(const void *image, size_t size, struct elf_file *ret_file, struct reason *why)
{
	int err = elf_file_read_sections(image, size, ret_file, why);

	if (err || ret_file->header.e_machine != EM_BPF)
		return err;
	elf_file_release(ret_file);
	return reason_set(why, -EBADMSG,
			  "it is a BPF object, not a kernel: give it as an object, and after "
			  "--kernels a kernel or a BTF");
}

int kernel_elf_check_linked(const struct elf_file *file, struct reason *why)
{
	if (file->header.e_type == ET_REL)
		return reason_set(why, -EOPNOTSUPP,
				  "it is an object file or a kernel module, whose DWARF is not "
				  "relocated: give the kernel itself (vmlinux)");
	return 0;
}

int kernel_elf_read_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			   struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf btf = {0};
	_cleanup_(elf_file_release) struct elf_file file = {0};
	int err = kernel_elf_open(image, size, &file, why);

	if (!err)
		err = read_btf(&file, &btf, why);
	if (!err && ret_facts)
		err = read_facts(&file, ret_facts, why);
	if (err)
		return err;
	*ret_btf = btf;
	memset(&btf, 0, sizeof(btf));
	return 0;
}

int kernel_elf_identify_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			       struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	int err = kernel_elf_open(image, size, &file, why);

	if (!err && kernel_elf_types(&file) != KERNEL_TYPES_BTF)
		err = kernel_elf_check_linked(&file, why);
	return err ? err : read_facts(&file, ret_facts, why);
}
