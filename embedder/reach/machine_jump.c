/* SPDX-License-Identifier: MIT */
/*
 * In: a conditional jump and what is known of its operands. Out: where it goes, or which sides are
 * possible for sure.
 */
#include <linux/bpf.h>

#include "embedder/reach/machine.h"

static bool holds(uint8_t code, uint64_t a, uint64_t b)
{
	bool is_wide = BPF_CLASS(code) == BPF_JMP;
	int64_t sa = is_wide ? (int64_t)a : (int32_t)a, sb = is_wide ? (int64_t)b : (int32_t)b;

	if (!is_wide) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JNE:
		return a != b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JLT:
		return a < b;
	case BPF_JLE:
		return a <= b;
	case BPF_JSGT:
		return sa > sb;
	case BPF_JSGE:
		return sa >= sb;
	case BPF_JSLT:
		return sa < sb;
	case BPF_JSLE:
		return sa <= sb;
	default: /* JSET */
		return a & b;
	}
}

/* The verifier refuses registers that do not exist. */
static bool is_comparison(const struct bpf_code_insn *insn)
{
	return BPF_OP(insn->code) != BPF_JA && BPF_OP(insn->code) <= BPF_JSLE &&
	       insn->dst < MACHINE_REGISTERS && insn->src < MACHINE_REGISTERS;
}

static struct value right_side(const struct machine *machine, const struct bpf_code_insn *insn)
{
	if (BPF_SRC(insn->code) == BPF_X)
		return machine->registers[insn->src];
	return (struct value){.kind = VALUE_CONSTANT, .number = (uint64_t)(int64_t)insn->imm};
}

/* Tries the numbers at which the answer can change. */
static void try_numbers(const struct value *left, uint64_t right, uint8_t code,
			struct jump_outcome *outcome)
{
	uint64_t near = right >> left->shift;
	const uint64_t numbers[] = {
		0,	  1,	     left->number,	near,	   near - 1,
		near + 1, INT32_MAX, UINT64_C(1) << 31, INT64_MAX, UINT64_C(1) << 63,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i] > left->number)
			continue;
		if (holds(code, numbers[i] << left->shift, right))
			outcome->can_take = true;
		else
			outcome->can_fall = true;
	}
}

/* A constant against itself, or the first and the last of the versions that it can be. */
static uint64_t bound(const struct value *value, bool is_last)
{
	return value->number + (value->kind == VALUE_VERSION && is_last ? 255 : 0);
}

/* Decided if it is the same for all versions; a comparison for equality is not for the first and
 * the last alone. */
static void decide_version(const struct value *left, const struct value *right, uint8_t code,
			   struct jump_outcome *outcome)
{
	bool is_taken = holds(code, bound(left, false), bound(right, false));
	bool is_apart =
		bound(left, true) < bound(right, false) || bound(right, true) < bound(left, false);

	if (BPF_OP(code) == BPF_JSET ||
	    is_taken != holds(code, bound(left, true), bound(right, true)) ||
	    (!is_apart && (BPF_OP(code) == BPF_JEQ || BPF_OP(code) == BPF_JNE)))
		return;
	outcome->is_decided = true;
	outcome->is_taken = is_taken;
}

static bool is_version(const struct value *value, const struct value *other)
{
	return value->kind == VALUE_VERSION && !value->shift && other->kind == VALUE_CONSTANT;
}

struct jump_outcome machine_jump(const struct machine *machine, const struct bpf_code_insn *insn)
{
	struct jump_outcome outcome = {0};
	bool is_equality = BPF_OP(insn->code) == BPF_JEQ || BPF_OP(insn->code) == BPF_JNE;
	struct value left, right;
	bool is_null;

	if (!is_comparison(insn))
		return outcome;
	left = machine->registers[insn->dst];
	right = right_side(machine, insn);
	is_null = right.kind == VALUE_CONSTANT && !right.number;
	if (left.kind == VALUE_CONSTANT && right.kind == VALUE_CONSTANT) {
		outcome.is_decided = true;
		outcome.is_taken = holds(insn->code, left.number, right.number);
		outcome.guard = left.id ? left.id : right.id;
	} else if (is_version(&left, &right) || is_version(&right, &left)) {
		decide_version(&left, &right, insn->code, &outcome);
	} else if (left.kind == VALUE_FREE && right.kind == VALUE_CONSTANT) {
		try_numbers(&left, right.number, insn->code, &outcome);
	} else if ((left.kind == VALUE_OR_NULL || left.kind == VALUE_ADDRESS ||
		    left.kind == VALUE_FRAME || left.kind == VALUE_CONTEXT) &&
		   is_null && is_equality && BPF_CLASS(insn->code) == BPF_JMP) {
		/* There is an address; that there may be none, newer verifiers sometimes exclude.
		 */
		outcome.can_take = BPF_OP(insn->code) == BPF_JNE;
		outcome.can_fall = !outcome.can_take;
	}
	return outcome;
}

void machine_follow(struct machine *machine, const struct bpf_code_insn *insn, bool is_taken)
{
	struct value left, right;
	bool is_equal = BPF_OP(insn->code) == (is_taken ? BPF_JEQ : BPF_JNE);
	bool has_equality = BPF_OP(insn->code) == BPF_JEQ || BPF_OP(insn->code) == BPF_JNE;
	bool is_wide = BPF_CLASS(insn->code) == BPF_JMP;

	if (!is_comparison(insn))
		return;
	left = machine->registers[insn->dst];
	right = right_side(machine, insn);
	if (right.kind == VALUE_FREE)
		machine_forget(machine, right.id);
	if (left.kind == VALUE_FREE) {
		machine_forget(machine, left.id);
		if (is_equal && is_wide && right.kind == VALUE_CONSTANT)
			machine->registers[insn->dst] =
				(struct value){.kind = VALUE_CONSTANT, .number = right.number};
	}
	if (left.kind == VALUE_OR_NULL && has_equality && is_wide && right.kind == VALUE_CONSTANT &&
	    !right.number) {
		struct value value = {.kind = is_equal ? VALUE_CONSTANT : VALUE_ADDRESS};

		for (size_t i = 0; i < MACHINE_REGISTERS; i++)
			if (machine->registers[i].kind == VALUE_OR_NULL &&
			    machine->registers[i].id == left.id)
				machine->registers[i] = value;
		for (size_t i = 0; i < MACHINE_SLOTS; i++)
			if (machine->slots[i].kind == VALUE_OR_NULL &&
			    machine->slots[i].id == left.id)
				machine->slots[i] = value;
	}
}
