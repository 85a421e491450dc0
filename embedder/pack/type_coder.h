/* SPDX-License-Identifier: MIT */
/*
 * One type ↔ its numbers in the columns of a pack. Writing and reading are the same walk over the
 * same columns, so they are the same code; only the direction of each number differs.
 */
#ifndef COREBTF_PACK_TYPE_CODER_H
#define COREBTF_PACK_TYPE_CODER_H

#include "embedder/pack/string_coder.h"
#include "embedder/pack/type_columns.h"

struct type_coder {
	int err;	      /* once it is set: writing: -ENOMEM; reading: also -EBADMSG */
	struct type_set *set; /* reading: being made */
	struct string_coder strings;

	/* Writing. */
	struct type_columns *out;
	struct pack_order *order;

	/* Reading. */
	struct type_columns_input *in;
	struct pack_turn turn;
	uint32_t base[PACK_KINDS + 1];
	uint32_t words_capacity, words_used;

	/* Both. */
	uint32_t name;			    /* number of the last element's; 0: none */
	uint32_t slot_base[PACK_KINDS + 1]; /* by kind: slots of lower kinds */
	uint32_t *slot_index;		    /* writing: by slot of the set: its number here */
	uint32_t slots_done[PACK_KINDS];
	uint32_t *patterns;	   /* by type: reading, the number; writing, the caller's */
	uint32_t *pattern_numbers; /* writing: by the caller's number: + 1; 0: not written yet */
	uint32_t *pattern_list;	   /* writing: by number: the caller's */
	uint32_t pattern_count;
	uint32_t *found_by; /* by type: the one whose reference it was first met in */
	uint32_t last_root[PACK_KINDS];
};

/* Writes a type, or reads the next one of its kind as number @type; errors are in coder->err. */
void type_coder_write(struct type_coder *coder, uint32_t type, uint32_t kind, bool is_root);
void type_coder_read(struct type_coder *coder, uint32_t type, uint32_t kind, bool is_root);

#endif
