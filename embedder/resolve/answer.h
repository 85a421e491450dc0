/* SPDX-License-Identifier: MIT */
/*
 * What one candidate answers to one request.
 *
 * An answer is a pure function of the request, the size of a pointer, and the types that matching
 * read, from the candidate as far as type_source.h allows. Earlier queries do not change it, so
 * it holds for every kernel in which these types are the same.
 */
#ifndef COREBTF_RESOLVE_ANSWER_H
#define COREBTF_RESOLVE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Results of matching and of values, besides negative errno values for damaged types. */
enum answer_result {
	ANSWER_NO_MATCH = 0,
	ANSWER_MATCH = 1,
	ANSWER_REFUSED = 2, /* libbpf fails the relocation; answer_match.refusal says with what */
};

/* Where a field, type or enumerator request ends in a candidate. */
struct answer_match {
	uint32_t bit_offset; /* from the start of the candidate, modulo 2^32 as in libbpf */
	uint32_t owner;	     /* named member: its struct; index: the element type */
	uint32_t member;     /* number in owner; enumerator: number in owner */
	uint8_t reached;     /* steps of the access that were found */
	bool is_index;	     /* the last step is an array index */
	int refusal;	     /* negative errno of libbpf; 0: not refused */
};

/* What libbpf would write into the instruction, and what else that depends on. */
struct answer_value {
	uint64_t value;
	uint32_t size;	     /* bytes of the field, for loads and stores; 0: not looked at */
	uint8_t access_kind; /* with a size: the BTF kind of the field's type ... */
	uint8_t encoding;    /* ... and an INT's encoding: libbpf adjusts the access by them */
};

struct answer {
	uint32_t id; /* of the candidate */
	enum answer_result result;
	struct answer_match match;
	struct answer_value value; /* of a match */
	/* Its marks, in the list they were added to. */
	size_t first_mark, mark_count;
};

static inline int answer_refuse(struct answer_match *match, int refusal)
{
	match->refusal = refusal;
	return ANSWER_REFUSED;
}

#endif
