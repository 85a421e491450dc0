/* SPDX-License-Identifier: MIT */
/*
 * What a call leaves behind: a result in r0, nothing in r1 to r5, and what it wrote to the stack.
 */
#include <linux/bpf.h>
#include <string.h>

#include "embedder/reach/machine.h"

/* Helpers by number (linux/bpf.h): what the verifier knows of their results. */
static const uint8_t or_null[] = {
	1,   84,  85,  95,  96,	 98,  99,  107, 131, 136, 137, 138,
	139, 140, 145, 153, 156, 162, 178, 194, 195, 196, 203, 210,
};
static const uint8_t addresses[] = {81}; /* get_local_storage */
static const uint8_t typed[] = {154, 158,
				175}; /* this_cpu_ptr, get_current_task_btf, task_pt_regs */
/* Numbers within limits; zero is always possible: get_smp_processor_id and what copies strings and
 * stacks. */
static const uint8_t limited[] = {8, 45, 67, 114, 115, 141};
#define HELPERS_KNOWN 211 /* a newer one may return anything */

static bool is_one_of(const uint8_t *list, size_t count, int32_t helper)
{
	return helper > 0 && helper < 256 && memchr(list, helper, count);
}

static struct value result_of(struct machine *machine, const struct bpf_code_insn *insn)
{
	struct value result = {.kind = VALUE_FREE, .id = machine->next_id++};

	if (BPF_CLASS(insn->code) == BPF_LD || insn->src || insn->imm <= 0 ||
	    insn->imm > HELPERS_KNOWN || is_one_of(typed, sizeof(typed), insn->imm))
		return VALUE_NOTHING;
	if (is_one_of(or_null, sizeof(or_null), insn->imm))
		result.kind = VALUE_OR_NULL;
	else if (is_one_of(addresses, sizeof(addresses), insn->imm))
		return (struct value){.kind = VALUE_ADDRESS};
	else if (!is_one_of(limited, sizeof(limited), insn->imm))
		result.number = UINT64_MAX;
	return result;
}

/* These call functions of the program, which may write anywhere on the caller's stack. */
static const uint8_t with_callbacks[] = {164, 180, 181, 209};

/* A helper writes from the address that it gets upwards. */
static void forget_arguments(struct machine *machine, const struct bpf_code_insn *insn)
{
	bool is_helper = BPF_CLASS(insn->code) == BPF_JMP && !insn->src;

	if (!is_helper || insn->imm > HELPERS_KNOWN ||
	    is_one_of(with_callbacks, sizeof(with_callbacks), insn->imm))
		machine_forget_stack(machine, INT64_MIN);
	for (size_t i = 1; i <= 5; i++) {
		const struct value *argument = &machine->registers[i];

		if (argument->kind == VALUE_SOMEWHERE)
			machine_forget_stack(machine, INT64_MIN);
		else if (argument->kind == VALUE_FRAME)
			machine_forget_stack(machine, (int64_t)argument->number);
	}
}

static void end_call(struct machine *machine, struct value result)
{
	machine->registers[0] = result;
	for (size_t i = 1; i <= 5; i++)
		machine->registers[i] = VALUE_NOTHING;
}

void machine_call(struct machine *machine, const struct reach_query *query, uint32_t at)
{
	forget_arguments(machine, &query->code->insns[at]);
	end_call(machine, result_of(machine, &query->code->insns[at]));
}

/*
 * Arguments that the caller keeps as well would depend on each other across the two: the caller
 * forgets its own. It is also given an unknown result, which the one who follows calls replaces.
 */
void machine_enter(struct machine *caller, struct machine *ret_called)
{
	machine_start(ret_called, false);
	for (size_t i = 1; i <= 5; i++) {
		struct value argument = caller->registers[i];

		if (argument.kind == VALUE_FRAME || argument.kind == VALUE_SOMEWHERE) {
			machine_forget_stack(caller, INT64_MIN);
			argument = (struct value){.kind = VALUE_UNKNOWN};
		}
		ret_called->registers[i] = argument;
	}
	ret_called->next_id = caller->next_id;
	for (size_t i = 1; i <= 5; i++) {
		const struct value *argument = &ret_called->registers[i];

		if (argument->kind == VALUE_FREE || argument->kind == VALUE_OR_NULL)
			machine_forget(caller, argument->id);
	}
	end_call(caller, VALUE_NOTHING);
}
