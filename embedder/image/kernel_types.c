/* SPDX-License-Identifier: MIT */
/*
 * In: a file. Out: its BTF or its DWARF.
 */
#include "embedder/image/kernel_types.h"

#include <string.h>

#include "embedder/image/debug_file.h"
#include "embedder/image/kernel_elf.h"
#include "embedder/util/cleanup.h"

void kernel_types_close(struct kernel_types *types)
{
	kernel_btf_close(&types->btf);
	kernel_dwarf_close(&types->dwarf);
}

bool kernel_types_are_big_endian(const struct kernel_types *types)
{
	return types->dwarf ? types->dwarf->sections.big_endian
			    : kernel_btf_is_big_endian(&types->btf);
}

/* Whether an ELF file is read for its DWARF. If it is damaged, the reader of BTF says how. */
static bool is_read_for_dwarf(const struct kernel_btf *bytes, enum kernel_types_kind wanted)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};

	if (wanted == KERNEL_TYPES_BTF || !kernel_elf_is(bytes->data, bytes->size) ||
	    kernel_elf_open(bytes->data, bytes->size, &file, NULL))
		return false;
	return wanted == KERNEL_TYPES_DWARF || kernel_elf_types(&file) != KERNEL_TYPES_BTF;
}

int kernel_types_unpack(struct kernel_btf *bytes, enum kernel_types_kind wanted,
			struct kernel_facts *ret_facts, struct kernel_types *ret_types,
			struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf file = *bytes;
	struct kernel_facts facts = {.machine = ""};
	struct kernel_types types = {0};
	bool was_packed;
	int err;

	memset(bytes, 0, sizeof(*bytes));
	err = kernel_btf_unpack_file(&file, &was_packed, why);
	if (err)
		return err;
	if (is_read_for_dwarf(&file, wanted))
		err = kernel_dwarf_open(&file, DEBUG_FILE_ROOT, ret_facts ? &facts : NULL,
					&types.dwarf, why);
	else if (wanted == KERNEL_TYPES_DWARF && !kernel_elf_is(file.data, file.size))
		err = reason_set(why, -ENODATA,
				 "it has no DWARF, as it is no ELF file: give a vmlinux, or a "
				 "package with debug information");
	else
		err = kernel_btf_take(&file, was_packed, ret_facts ? &facts : NULL, &types.btf,
				      why);
	if (err)
		return err;
	if (ret_facts)
		*ret_facts = facts;
	*ret_types = types;
	return 0;
}

int kernel_types_open(const char *path, enum kernel_types_kind wanted, struct memory_budget *budget,
		      struct kernel_facts *ret_facts, struct kernel_types *ret_types,
		      struct reason *why)
{
	struct kernel_btf bytes = {0};
	int err = kernel_btf_load_within(path, budget, &bytes, why);

	return err ? err : kernel_types_unpack(&bytes, wanted, ret_facts, ret_types, why);
}
