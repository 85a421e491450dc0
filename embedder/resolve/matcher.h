/* SPDX-License-Identifier: MIT */
/*
 * Matches one candidate with one request, and finds the value of a match.
 *
 * Every step follows libbpf's src/relo_core.c, in the same order and with the same limits: the
 * result must be the same, not better. Everything that a step reads of the types is marked
 * (marks.h), even if the candidate does not match in the end: from the marked parts alone, each
 * step reads the same and gives the same answer. type_source.h says how far a step may read.
 */
#ifndef COREBTF_RESOLVE_MATCHER_H
#define COREBTF_RESOLVE_MATCHER_H

#include "embedder/relo/request.h"
#include "embedder/resolve/answer.h"
#include "embedder/resolve/marks.h"
#include "runtime/types/type_view.h"

struct matcher {
	const struct type_view *types;
	struct mark_list *marks;
	uint32_t pointer_size; /* bytes */
	uint64_t steps_left;   /* names that may still be compared; no real kernel reaches the
				* limit */
	struct reason *why;
};

/* Each returns an answer_result or a negative errno: -EBADMSG damaged types, -ENOMEM. */

/* Matches a field request with candidate @id (libbpf: bpf_core_spec_match). */
int match_field(struct matcher *matcher, const struct request *request, uint32_t id,
		struct answer_match *match);

/* Matches an enumerator request. */
int match_enumerator(struct matcher *matcher, const struct request *request, uint32_t id,
		     struct answer_match *match);

/* Matches a type request: exists, size and target id, or type matches (libbpf:
 * __bpf_core_types_are_compat, __bpf_core_types_match). */
int match_type(struct matcher *matcher, const struct request *request, uint32_t id,
	       struct answer_match *match);

/* Matches what --keep asks for: of all candidates that have it, each is a match. */
int match_kept(struct matcher *matcher, const struct request *request, uint32_t id,
	       struct answer_match *match);

/* The value for a matching candidate (libbpf: bpf_core_calc_relo). Reads only what the match
 * marked. */
int answer_value(const struct matcher *matcher, const struct request *request, uint32_t id,
		 struct answer_match *match, struct answer_value *ret_value);

int matcher_mark_type(struct matcher *matcher, uint32_t id);
int matcher_mark_part(struct matcher *matcher, uint32_t id, uint32_t number);
int matcher_mark_at_least(struct matcher *matcher, uint32_t id, uint32_t count);

int matcher_out_of_steps(struct matcher *matcher, uint32_t id);
int matcher_bad_type(const struct matcher *matcher, uint32_t id);
int matcher_bad_string(const struct matcher *matcher, uint32_t id, uint32_t offset);

/* Takes one step off the budget; false: it is used up. */
static inline bool matcher_step(struct matcher *matcher)
{
	return matcher->steps_left-- > 0;
}

#endif
