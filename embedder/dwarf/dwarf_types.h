/* SPDX-License-Identifier: MIT */
/*
 * The distinct types of a kernel: ids for digests, and for each id one place where DWARF has the
 * type. Ids are given when a type is first asked for, so they depend on the requests.
 */
#ifndef COREBTF_DWARF_DWARF_TYPES_H
#define COREBTF_DWARF_DWARF_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* What is made of the entry at a place. */
enum dwarf_made_as {
	DWARF_AS_TYPE,
	DWARF_AS_PROTOTYPE,   /* of a function: FUNC_PROTO, where the entry itself is a FUNC */
	DWARF_AS_ARRAY_INDEX, /* INT __ARRAY_SIZE_TYPE__, which DWARF does not have */
	DWARF_AS_ROW,	      /* of an array: the array in its first dimension; DWARF_AS_ROW + n:
			       * in its first n + 1 */
};

/* Starts zeroed. */
struct dwarf_types {
	struct dwarf_type {
		uint64_t digest, place;
		enum dwarf_made_as as;
	} * types; /* by id; 0 is void */
	size_t capacity;
	uint32_t *offsets; /* by id: as in struct type_view */
	size_t offsets_capacity;
	uint32_t count;
	uint32_t *slots; /* hash table: id by digest; 0: free */
	uint32_t slot_mask;
};

/* @void_digest: the digest of void. Error: -ENOMEM. */
int dwarf_types_init(struct dwarf_types *types, uint64_t void_digest);

void dwarf_types_free(struct dwarf_types *types);

/* The id for @digest in *@ret_id; a new one, which is not made yet, if there is none. Errors:
 * -ENOMEM, -E2BIG more types than BTF has ids for. */
int dwarf_types_add(struct dwarf_types *types, uint64_t digest, uint64_t place,
		    enum dwarf_made_as as, uint32_t *ret_id);

#endif
