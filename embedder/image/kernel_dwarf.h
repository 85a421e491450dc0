/* SPDX-License-Identifier: MIT */
/*
 * The DWARF of a kernel: in its own ELF file or in a debug file that was split off it
 * (debug_file.h), with what dwz moved to an alternate file. Sections that are packed are unpacked.
 *
 * Only the sections of struct dwarf_sections are looked at. Those with relocations are not: a
 * vmlinux that was linked with --emit-relocs still has them, and they are applied already.
 */
#ifndef COREBTF_IMAGE_KERNEL_DWARF_H
#define COREBTF_IMAGE_KERNEL_DWARF_H

#include "embedder/dwarf/dwarf_sections.h"
#include "embedder/elf/elf_file.h"
#include "embedder/image/kernel_btf.h"
#include "embedder/image/kernel_excerpt.h"
#include "embedder/image/kernel_section.h"

/* The sections of one file: those of struct dwarf_file. */
#define KERNEL_DWARF_SECTIONS 7

/* The file that has the sections, and those of them that were unpacked. */
struct kernel_dwarf_file {
	struct kernel_btf bytes;
	struct kernel_section sections[KERNEL_DWARF_SECTIONS];
};

struct kernel_dwarf {
	struct dwarf_sections sections; /* point into: */
	struct kernel_dwarf_file own, alternate;
	/* What of a budget is held for all of it; NULL: there is none. */
	struct memory_budget *budget;
	uint64_t held;
};

/*
 * Finds the DWARF of the ELF file @bytes, which is taken over, on failure too. If the file has none
 * and is a local one, its debug file is looked for below @debug_root, if that is not NULL.
 * @ret_facts: as kernel_elf_identify_memory(); may be NULL.
 * Errors: -ENODATA there is none, -EBADMSG damaged, -EOPNOTSUPP an object file or kernel module, or
 * packed in a way that is not known, -ENOENT its alternate file is missing, -EFBIG more than the
 * budget, or a bomb, -ENOMEM.
 */
int kernel_dwarf_open(struct kernel_btf *bytes, const char *debug_root,
		      struct kernel_facts *ret_facts, struct kernel_dwarf **ret_dwarf,
		      struct reason *why);

/* For _cleanup_; *@dwarf may be NULL. */
void kernel_dwarf_close(struct kernel_dwarf **dwarf);

/* Whether the types of @file are read from its DWARF, if they are @wanted as kernel_types.h says.
 */
bool kernel_dwarf_is_read(const struct elf_file *file, enum kernel_types_kind wanted);

/*
 * How much memory it takes to read types from the DWARF in the ELF file @bytes: *@ret_needed for
 * certain, the rest is an estimate. 0: its DWARF is not read.
 */
uint64_t kernel_dwarf_cost(const struct kernel_btf *bytes, enum kernel_types_kind wanted,
			   uint64_t *ret_needed);

/*
 * Where the parts of an ELF file are that reading its DWARF takes, for
 * kernel_excerpt_open_ranges(). Returns how many; 0: its DWARF is not read, or the file is damaged.
 */
size_t kernel_dwarf_ranges(const void *image, size_t size, enum kernel_types_kind wanted,
			   struct kernel_excerpt_range ranges[static KERNEL_EXCERPT_RANGES]);

#endif
