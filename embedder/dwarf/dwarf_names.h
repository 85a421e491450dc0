/* SPDX-License-Identifier: MIT */
/*
 * The names of entries, with what is computed of each name once: its hash, and whether it is one
 * of those that are looked for. A kernel has a million named entries and some ten thousand names
 * of types, nearly all in .debug_str, so results are kept by offset.
 */
#ifndef COREBTF_DWARF_DWARF_NAMES_H
#define COREBTF_DWARF_DWARF_NAMES_H

#include "embedder/dwarf/dwarf_walk.h"
#include "runtime/types/type_source.h"

struct dwarf_name {
	const char *text; /* "": none */
	uint64_t hash;	  /* of the text; 0: none */
	bool wanted;	  /* its essential name is one of those looked for */
};

/* Starts zeroed. */
struct dwarf_names {
	const struct wanted_types *wanted;
	uint32_t *slots; /* hash table: position in wanted->names + 1 */
	uint32_t slot_mask;
	struct dwarf_kept_name {
		uint32_t offset; /* in .debug_str, plus 1; 0: free */
		bool wanted;
		uint64_t hash;
	} * kept;
};

/* Sets what is looked for; NULL: nothing. Error: -ENOMEM. */
int dwarf_names_init(struct dwarf_names *names, const struct wanted_types *wanted);

void dwarf_names_free(struct dwarf_names *names);

/* The name of an entry. Errors: those of dwarf_entry_name(). */
int dwarf_names_get(struct dwarf_names *names, const struct dwarf_units *units,
		    const struct dwarf_entry *entry, struct dwarf_name *ret_name,
		    struct reason *why);

/* Whether results for the name at @offset of .debug_str, as a unit refers to it, can be kept. */
bool dwarf_names_can_keep(const struct dwarf_units *units, const struct dwarf_unit *unit,
			  uint64_t offset);

/* The hash of such a name. */
uint64_t dwarf_names_hash(struct dwarf_names *names, const struct dwarf_units *units,
			  uint32_t offset);

/* The hash of a name that is not in .debug_str. */
uint64_t dwarf_names_hash_text(const char *text);

/*
 * The name of an entry that a walk has come to. In *@ret_declaration: whether the entry is only a
 * declaration. Errors: also those of dwarf_entry_read().
 */
int dwarf_names_peek(struct dwarf_names *names, const struct dwarf_units *units,
		     const struct dwarf_spot *spot, struct dwarf_name *ret_name,
		     bool *ret_declaration, struct reason *why);

/* Mixes @value into @hash. */
static inline uint64_t dwarf_mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

#endif
