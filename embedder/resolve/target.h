/* SPDX-License-Identifier: MIT */
/*
 * One kernel's BTF as the target of requests, and what one candidate answers to one request.
 *
 * Every step here follows libbpf's src/relo_core.c, in the same order and with the same limits:
 * the aim is not a better match but the same one. Whatever a step reads of the target is touched
 * (touched.h), also when the candidate does not match in the end: with the touched parts alone,
 * each step reads the same again and comes to the same answer.
 */
#ifndef COREBTF_RESOLVE_TARGET_H
#define COREBTF_RESOLVE_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "embedder/btf/btf_view.h"
#include "embedder/relo/request.h"
#include "embedder/resolve/touched.h"

struct target {
	const struct btf_view *btf;
	struct touched *touched;
	uint32_t pointer_size; /* bytes */
	uint64_t steps_left;   /* names still to be compared: no real kernel comes near the end */
	struct reason *why;
};

/* Results of matching and of values, beside negative errno values for a BTF that is damaged. */
enum {
	TARGET_NO_MATCH = 0,
	TARGET_MATCH = 1,
	TARGET_REFUSED = 2, /* libbpf fails the relocation; match->refusal says with what */
};

/* Where a field request ends in a candidate. */
struct target_match {
	uint32_t bit_offset; /* from the start of the candidate, modulo 2^32 as in libbpf */
	uint32_t owner;	     /* named member: its struct; index: the element type */
	uint32_t member;     /* number in owner; enumerator: number in owner */
	bool is_index;	     /* the last step is an array index */
	int refusal;	     /* negative errno of libbpf */
};

/* What libbpf would write into the instruction, and what that depends on further. */
struct target_value {
	uint64_t value;
	uint32_t size;	     /* bytes of the field, for loads and stores; 0: not looked at */
	uint8_t access_kind; /* with a size: the BTF kind of the field's type ... */
	uint8_t encoding;    /* ... and an INT's encoding: libbpf adjusts the access by them */
};

/* Matches a field request with candidate @id (libbpf: bpf_core_spec_match). */
int match_field(struct target *target, const struct request *request, uint32_t id,
		struct target_match *match);

/* Matches an enumerator request. */
int match_enumerator(struct target *target, const struct request *request, uint32_t id,
		     struct target_match *match);

/* Matches a type request: exists, size and target id, or type matches (libbpf:
 * __bpf_core_types_are_compat, __bpf_core_types_match). */
int match_type(struct target *target, const struct request *request, uint32_t id,
	       struct target_match *match);

/* The value for a matching candidate (libbpf: bpf_core_calc_relo). TARGET_MATCH, TARGET_REFUSED
 * or a negative errno value. */
int target_value(const struct target *target, const struct request *request, uint32_t id,
		 struct target_match *match, struct target_value *ret_value);

static inline int target_refuse(struct target_match *match, int refusal)
{
	match->refusal = refusal;
	return TARGET_REFUSED;
}

int target_out_of_steps(struct target *target, uint32_t id);
int target_bad_type(const struct target *target, uint32_t id);
int target_bad_string(const struct target *target, uint32_t id, uint32_t offset);

/* Takes one step off the budget; false: it is used up. */
static inline bool target_step(struct target *target)
{
	return target->steps_left-- > 0;
}

#endif
