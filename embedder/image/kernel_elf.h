/* SPDX-License-Identifier: MIT */
/*
 * The BTF in an ELF file in memory, as a vmlinux has it: the section .BTF. And what a vmlinux says
 * of itself, with or without BTF in it.
 */
#ifndef COREBTF_IMAGE_KERNEL_ELF_H
#define COREBTF_IMAGE_KERNEL_ELF_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/elf/elf_file.h"
#include "embedder/image/kernel_bytes.h"
#include "embedder/image/kernel_facts.h"
#include "runtime/util/reason.h"

/* Whether an ELF file starts here. */
bool kernel_elf_is(const void *start, size_t size);

/* The section with debug information called ".debug_" and @name, also where it is packed in the old
 * way (".zdebug_"). 0: there is none. */
size_t kernel_elf_find_debug(const struct elf_file *file, const char *name);

/* Where its types are: in its BTF, else in its DWARF, if these sections have bytes in this file. */
enum kernel_types_kind kernel_elf_types(const struct elf_file *file);

/* Puts the first GNU build-id of its notes into @facts. Where there is none, it stays unknown. */
void kernel_elf_read_build_id(const struct elf_file *file, struct kernel_facts *facts);

/* Refuses an object file or kernel module (-EOPNOTSUPP): its DWARF is not relocated. */
int kernel_elf_check_linked(const struct elf_file *file, struct reason *why);

/* As elf_file_read_sections(), but refuses a BPF object. */
int kernel_elf_open(const void *image, size_t size, struct elf_file *ret_file, struct reason *why);

/*
 * Copies the BTF out of the section, unpacked if it is SHF_COMPRESSED, and reads what
 * kernel_elf_identify_memory() does. @ret_facts may be NULL. @ret_btf holds memory of its own, so
 * @image may go before it.
 * Errors: -ENODATA no .BTF or none with bytes in it, -EBADMSG damaged, -EOPNOTSUPP packed in a way
 * that is not known, -EFBIG, -ENOMEM.
 */
int kernel_elf_read_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			   struct kernel_btf *ret_btf, struct reason *why);

/*
 * Reads what the file says of the kernel: the machine always, the rest where it has it. A file with
 * nothing in it but BTF has no release.
 * Errors: -EBADMSG damaged, -EOPNOTSUPP an object file or kernel module without BTF.
 */
int kernel_elf_identify_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			       struct reason *why);

#endif
