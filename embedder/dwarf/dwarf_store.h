/* SPDX-License-Identifier: MIT */
/*
 * Memory for converted types and their strings. It never moves, since readers of a view keep
 * pointers into it: the addresses are reserved at the start, and pages cost memory when they are
 * written to.
 */
#ifndef COREBTF_DWARF_DWARF_STORE_H
#define COREBTF_DWARF_DWARF_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts zeroed. */
struct dwarf_store {
	unsigned char *types;
	uint32_t types_size;
	char *strings; /* starts with the empty one */
	uint32_t strings_size;
	uint32_t *slots; /* hash table: offset of a string; 0: free */
	uint32_t slot_mask, string_count;
	bool swapped; /* types are written in the other byte order */
};

/* Error: -ENOMEM. */
int dwarf_store_init(struct dwarf_store *store, bool swapped);

void dwarf_store_free(struct dwarf_store *store);

/* Room for @words 32-bit words at the end of the types; NULL: more than BTF can hold. */
uint32_t *dwarf_store_add(struct dwarf_store *store, uint32_t words);

/* Gives back what was added from @size on. */
static inline void dwarf_store_cut(struct dwarf_store *store, uint32_t size)
{
	store->types_size = size;
}

/* Offset of a string, added if it is not there. Errors: -ENOMEM, -E2BIG more than BTF can hold, or
 * a string of more than 4,095 bytes. */
int dwarf_store_string(struct dwarf_store *store, const char *text, uint32_t *ret_offset);

/* @value in the byte order of the types. */
static inline uint32_t dwarf_store_word(const struct dwarf_store *store, uint32_t value)
{
	return store->swapped ? __builtin_bswap32(value) : value;
}

#endif
