/* SPDX-License-Identifier: MIT */
/*
 * The two searches, and what both need.
 */
#ifndef COREBTF_REACH_SEARCHES_H
#define COREBTF_REACH_SEARCHES_H

#include <linux/bpf.h>

#include "embedder/reach/machine.h"

/* How an instruction goes on. */
enum reach_next {
	REACH_NEXT_STEP, /* to the next one */
	REACH_NEXT_JUMP, /* only to its target */
	REACH_NEXT_BRANCH,
	REACH_NEXT_CALL, /* of a function of the program, then to the next one */
	REACH_NEXT_HELPER,
	REACH_NEXT_EXIT,
};

static inline enum reach_next reach_next(const struct reach_query *query, uint32_t at)
{
	const struct bpf_code_insn *insn = &query->code->insns[at];
	uint8_t class = BPF_CLASS(insn->code);

	if ((class != BPF_JMP && class != BPF_JMP32) ||
	    query->relocated[at].change == REACH_POISONED)
		return REACH_NEXT_STEP;
	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return REACH_NEXT_JUMP;
	case BPF_EXIT:
		return REACH_NEXT_EXIT;
	case BPF_CALL:
		return insn->src == BPF_PSEUDO_CALL ? REACH_NEXT_CALL : REACH_NEXT_HELPER;
	default:
		return REACH_NEXT_BRANCH;
	}
}

static inline uint32_t reach_width(const struct bpf_code_insn *insn)
{
	return bpf_code_is_wide(insn) ? 2 : 1;
}

/* Sets *@ret_seen[i] for all instructions that may be reached, and ret_guards as reach_find(). */
int may_reach(const struct reach_query *query, uint8_t *ret_seen, uint32_t *ret_guards);

/* Raises ret_answers to REACH_YES for the poisoned instructions that are reached for sure. Only
 * those that @seen has are looked for. */
int must_reach(const struct reach_query *query, const uint8_t *seen, uint8_t *ret_answers);

/* By instruction, the registers whose values are read later on; bit n for rn. NULL: no memory. */
uint16_t *live_registers(const struct reach_query *query, const uint8_t *seen);

#endif
