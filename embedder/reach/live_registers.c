/* SPDX-License-Identifier: MIT */
/*
 * Which registers are still read: must_reach.c forgets the others, so that it meets fewer states
 * that differ. Every function is gone through backwards until nothing changes.
 */
#include <stdlib.h>

#include "embedder/reach/searches.h"

#define R(n)	    (UINT16_C(1) << (n))
#define ARGUMENTS   (R(1) | R(2) | R(3) | R(4) | R(5))
#define CLOBBERED   (R(0) | ARGUMENTS)
#define REGISTER(n) ((n) < MACHINE_REGISTERS ? R(n) : 0)

static void reads_and_writes(const struct reach_query *query, uint32_t at, uint16_t *ret_reads,
			     uint16_t *ret_writes)
{
	const struct bpf_code_insn *insn = &query->code->insns[at];
	uint16_t dst = REGISTER(insn->dst), src = REGISTER(insn->src);
	bool has_source = BPF_SRC(insn->code) == BPF_X;

	*ret_reads = *ret_writes = 0;
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		*ret_writes = bpf_code_is_wide(insn) ? dst : CLOBBERED;
		*ret_reads = bpf_code_is_wide(insn) ? 0 : R(6) | src;
		break;
	case BPF_LDX:
		*ret_reads = src;
		*ret_writes = dst;
		break;
	case BPF_ST:
		*ret_reads = dst;
		break;
	case BPF_STX:
		*ret_reads = dst | src | R(0); /* an atomic one may use r0 */
		break;
	case BPF_ALU:
	case BPF_ALU64:
		*ret_writes = dst;
		*ret_reads = (has_source ? src : 0) | (BPF_OP(insn->code) == BPF_MOV ? 0 : dst);
		break;
	default:
		switch (reach_next(query, at)) {
		case REACH_NEXT_CALL:
		case REACH_NEXT_HELPER:
			*ret_reads = ARGUMENTS;
			*ret_writes = CLOBBERED;
			break;
		case REACH_NEXT_EXIT:
			*ret_reads = R(0);
			break;
		case REACH_NEXT_BRANCH:
			*ret_reads = dst | (has_source ? src : 0);
			break;
		default:
			break;
		}
	}
}

static uint16_t live_after(const struct reach_query *query,
			   const struct bpf_code_function *function, uint32_t at,
			   const uint16_t *live)
{
	enum reach_next next = reach_next(query, at);
	uint32_t following = at + reach_width(&query->code->insns[at]), target = BPF_CODE_NONE;
	uint16_t after = 0;

	if (next == REACH_NEXT_JUMP || next == REACH_NEXT_BRANCH)
		target = bpf_code_jump_target(query->code, function, at);
	if (target != BPF_CODE_NONE)
		after |= live[target];
	if (next != REACH_NEXT_JUMP && next != REACH_NEXT_EXIT &&
	    following < function->first + function->count)
		after |= live[following];
	return after;
}

uint16_t *live_registers(const struct reach_query *query, const uint8_t *seen)
{
	const struct bpf_code *code = query->code;
	uint16_t *live = calloc((size_t)code->insn_count + 1, sizeof(*live));
	bool changed = true;

	for (uint32_t f = 0; live && f < code->function_count; f++, changed = true) {
		const struct bpf_code_function *function = &code->functions[f];

		while (changed) {
			changed = false;
			for (uint32_t i = function->first + function->count;
			     i-- > function->first;) {
				uint16_t reads, writes, now;

				if (!seen[i])
					continue;
				reads_and_writes(query, i, &reads, &writes);
				now = reads | (live_after(query, function, i, live) & ~writes);
				changed |= now != live[i];
				live[i] = now;
			}
		}
	}
	return live;
}
