/* SPDX-License-Identifier: MIT */
/*
 * A BTF type in the making: words are added at the end of the store, one after the other. What
 * fails leaves a reason that names the entry of DWARF. Unless said otherwise functions return 0, or
 * the error of libdwarf, -E2BIG what BTF cannot hold, or -ENOMEM.
 */
#ifndef COREBTF_DWARF_DWARF_MADE_H
#define COREBTF_DWARF_DWARF_MADE_H

#include "embedder/dwarf/dwarf_conversion.h"

struct dwarf_made {
	struct dwarf_conversion *conversion;
	struct reason *why;
	struct dwarf_die die;
	uint16_t tag;
	uint32_t start; /* in the store */
	uint32_t parts; /* members, enumerators or parameters so far */
};

/* -E2BIG, with @what the type has, more than BTF can hold. */
int dwarf_made_too_large(struct dwarf_made *type, const char *what);

/* Returns @err, and gives the reason for -ENOMEM and -E2BIG. */
int dwarf_made_fail(struct dwarf_made *type, int err);

/* The three words that every type starts with, with the name of @named (NULL: none). Info and the
 * last word are set by dwarf_made_finish(). */
int dwarf_made_start(struct dwarf_made *type, const struct dwarf_die *named);
void dwarf_made_finish(struct dwarf_made *type, uint32_t kind, bool flag, uint32_t size_or_type);

/* Adds a word: a number, the offset of a text, or of the name of @die. */
int dwarf_made_put(struct dwarf_made *type, uint32_t value);
int dwarf_made_put_text(struct dwarf_made *type, const char *text);
int dwarf_made_put_name(struct dwarf_made *type, const struct dwarf_die *die);

/* Counts a member, enumerator or parameter. */
int dwarf_made_add_part(struct dwarf_made *type);

/* An attribute of @die as a number; 0 without it. */
int dwarf_made_number(struct dwarf_made *type, const struct dwarf_die *die, unsigned int attribute,
		      uint64_t *ret_number);

/* DW_AT_byte_size of the entry itself. */
int dwarf_made_size(struct dwarf_made *type, uint32_t *ret_size);

/* The id of the type of @die; 0 (void) without one. */
int dwarf_made_reference(struct dwarf_made *type, const struct dwarf_die *die, uint32_t *ret_id);

/* Calls @visit for each child of the entry. */
typedef int (*dwarf_made_child_fn)(struct dwarf_made *type, const struct dwarf_die *child,
				   uint16_t tag, void *context);
int dwarf_made_each_child(struct dwarf_made *type, dwarf_made_child_fn visit, void *context);

#endif
