/* SPDX-License-Identifier: MIT */
/*
 * A relocatable object file that brings a bundle into a link: `corebtf trim` and `convert`.
 *
 *	section			flags	holds
 *	.corebtf		aR	the bundle: loaded, and kept by --gc-sections
 *	.rodata.corebtf		a	instead of it when there is no bundle: 8 zero bytes, for
 *					which linker-scripts/corebtf.ld reserves a segment; without
 *					that script they become part of .rodata
 *	.note.gnu.property	a	on machines with marks for hardened control flow
 *	.note.GNU-stack			says that no stack need be executable
 *
 * There is no code in it and no relocation, so it fits every program of its machine.
 */
#ifndef COREBTF_ELF_ELF_OBJECT_H
#define COREBTF_ELF_ELF_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/elf/elf_codec.h"
#include "runtime/util/reason.h"

/* What linkers compare between the objects of one program. */
struct elf_object_target {
	struct elf_codec codec;
	uint16_t machine; /* e_machine */
	uint32_t flags;	  /* e_flags */
};

/*
 * The target by its canonical name (x86_64, arm64, ...; runtime/kernel/machine.h), in the ABI that
 * Linux distributions have for it. -ENOENT: not known, or its flags differ from program to program.
 */
int elf_object_find_target(const char *machine, struct elf_object_target *ret_target);

/* All names that elf_object_find_target() knows, with commas between them; static. */
const char *elf_object_target_names(void);

/* The target of an ELF file of any type: what it was compiled for. Errors: as elf_file_read(). */
int elf_object_read_target(const void *data, size_t size, struct elf_object_target *ret_target,
			   struct reason *why);

/*
 * Makes the object file. @bundle NULL: one that only reserves. @symbol: NULL, or a name under
 * which programs see the bundle: global symbols SYMBOL and SYMBOL_end. In any case the bundle has
 * the hidden weak symbol corebtf_linked, by which a runtime linked into the same file finds it.
 * @ret_data: malloc'd, the caller's. Errors: -EINVAL the bundle is of the other byte order, or
 * empty; -EFBIG; -ENOMEM.
 */
int elf_object_make(const struct elf_object_target *target, const void *bundle, size_t size,
		    const char *symbol, void **ret_data, size_t *ret_size, struct reason *why);

/*
 * Makes an ELF file with a section .BTF, as a vmlinux has one, and a symbol table without symbols:
 * some readers (cilium/ebpf) refuse a file that has none. @btf is of the target's byte order.
 * @ret_data: malloc'd, the caller's. Errors: -EFBIG, -ENOMEM.
 */
int elf_object_make_btf(const struct elf_object_target *target, const void *btf, size_t size,
			void **ret_data, size_t *ret_size, struct reason *why);

#endif
