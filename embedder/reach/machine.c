/* SPDX-License-Identifier: MIT */
/*
 * In: what is known before an instruction. Out: what is known after it. Anything that is not
 * followed here is VALUE_UNKNOWN, which is always true.
 */
#include "embedder/reach/machine.h"

#include <linux/bpf.h>
#include <string.h>

#ifndef BPF_MEMSX
#define BPF_MEMSX 0x80
#endif

static struct value constant(uint64_t number, uint32_t origin)
{
	return (struct value){.kind = VALUE_CONSTANT, .number = number, .id = origin};
}

static bool is_on_stack(const struct value *value)
{
	return value->kind == VALUE_FRAME || value->kind == VALUE_SOMEWHERE;
}

void machine_start(struct machine *machine, bool is_program)
{
	memset(machine, 0, sizeof(*machine));
	machine->next_id = 1;
	machine->registers[10].kind = VALUE_FRAME;
	if (is_program)
		machine->registers[1].kind = VALUE_CONTEXT;
}

void machine_forget(struct machine *machine, uint32_t id)
{
	for (size_t i = 0; i < MACHINE_REGISTERS + MACHINE_SLOTS; i++) {
		struct value *value = i < MACHINE_REGISTERS
					      ? &machine->registers[i]
					      : &machine->slots[i - MACHINE_REGISTERS];

		if (value->id == id && (value->kind == VALUE_FREE || value->kind == VALUE_OR_NULL))
			*value = VALUE_NOTHING;
	}
}

/* --- the stack -------------------------------------------------------------------------------- */

static void forget_slot(struct value *slot)
{
	*slot = (struct value){.kind = is_on_stack(slot) ? VALUE_SOMEWHERE : VALUE_UNKNOWN};
}

/* The slots that bytes from @offset on touch; false: none. */
static bool find_slots(int64_t offset, uint32_t size, size_t *ret_first, size_t *ret_last)
{
	if (offset < -8 * MACHINE_SLOTS || offset >= 0)
		return false;
	*ret_last = (size_t)(-offset - 1) / 8; /* the lowest address */
	*ret_first = -offset <= size ? 0 : (size_t)(-offset - size) / 8;
	return true;
}

void machine_forget_stack(struct machine *machine, int64_t offset)
{
	for (size_t i = 0; i < MACHINE_SLOTS; i++)
		if (offset < -8 * (int64_t)i)
			forget_slot(&machine->slots[i]);
}

static void store(struct machine *machine, const struct value *address, int16_t offset,
		  uint32_t size, const struct value *value)
{
	size_t first, last;
	int64_t place = (int64_t)address->number + offset;

	if (address->kind == VALUE_SOMEWHERE)
		machine_forget_stack(machine, INT64_MIN);
	if (address->kind != VALUE_FRAME || !find_slots(place, size, &first, &last))
		return;
	for (size_t i = first; i <= last; i++)
		forget_slot(&machine->slots[i]);
	if (value && size == 8 && place % 8 == 0)
		machine->slots[last] = *value;
}

static struct value load_slot(const struct machine *machine, int64_t place, uint32_t size)
{
	size_t first, last;

	if (size != 8 || place % 8 || !find_slots(place, size, &first, &last))
		return (struct value){.kind = size == 8 ? VALUE_SOMEWHERE : VALUE_UNKNOWN};
	return machine->slots[last];
}

/* --- loads and stores ------------------------------------------------------------------------- */

static uint32_t access_size(uint8_t code)
{
	switch (BPF_SIZE(code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	default:
		return 8;
	}
}

static struct value any_number(struct machine *machine, uint32_t size)
{
	return (struct value){
		.kind = VALUE_FREE,
		.id = machine->next_id++,
		.number = size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1,
	};
}

static void note_context(const struct reach_query *query, int64_t place)
{
	if (query->context_words && place >= 0 && place < 8 * 64)
		*query->context_words |= UINT64_C(1) << place / 8;
}

/* The verifier reads constants out of maps that nobody can write since 5.5. */
static struct value load_setting(const struct reach_query *query, const struct value *address,
				 const struct bpf_code_insn *insn)
{
	if (query->kernel_version < (5 << 16 | 5 << 8) || !address->number || insn->offset ||
	    access_size(insn->code) != 4 ||
	    strcmp(query->code->symbols[address->number - 1], "LINUX_KERNEL_VERSION") != 0)
		return VALUE_NOTHING;
	return (struct value){.kind = VALUE_VERSION, .number = query->kernel_version};
}

static struct value load(struct machine *machine, const struct reach_query *query,
			 const struct bpf_code_insn *insn)
{
	const struct value *address = &machine->registers[insn->src];
	uint32_t size = access_size(insn->code);

	if (BPF_MODE(insn->code) != BPF_MEM)
		return VALUE_NOTHING;
	switch (address->kind) {
	case VALUE_FRAME:
		return load_slot(machine, (int64_t)address->number + insn->offset, size);
	case VALUE_SOMEWHERE:
		return (struct value){.kind = VALUE_SOMEWHERE};
	case VALUE_CONTEXT:
		note_context(query, (int64_t)address->number + insn->offset);
		return query->has_plain_context ? any_number(machine, size) : VALUE_NOTHING;
	case VALUE_SETTINGS:
		return load_setting(query, address, insn);
	case VALUE_ADDRESS:
		return any_number(machine, size);
	default:
		return VALUE_NOTHING;
	}
}

static void store_register(struct machine *machine, const struct reach_query *query,
			   const struct bpf_code_insn *insn)
{
	struct value *source = &machine->registers[insn->src];
	struct value value = *source;
	uint32_t size = access_size(insn->code);
	bool is_atomic = BPF_MODE(insn->code) != BPF_MEM;

	if (value.kind == VALUE_CONSTANT && !query->has_stack_constants)
		value = VALUE_NOTHING;
	store(machine, &machine->registers[insn->dst], insn->offset, size,
	      is_atomic ? NULL : &value);
	/* It may fetch what was there. */
	if (is_atomic) {
		*source = VALUE_NOTHING;
		machine->registers[0] = VALUE_NOTHING;
	}
}

static struct value load_wide(const struct bpf_code *code, uint32_t at,
			      const struct reach_relocated *relocated)
{
	const struct bpf_code_insn *insn = &code->insns[at];

	switch (insn->reference) {
	case BPF_REFERENCE_NONE:
		break;
	case BPF_REFERENCE_CONSTANT:
		return (struct value){.kind = VALUE_SETTINGS};
	case BPF_REFERENCE_EXTERN:
		return (struct value){.kind = VALUE_SETTINGS, .number = (uint64_t)insn->target + 1};
	default:
		return (struct value){.kind = VALUE_ADDRESS};
	}
	if (relocated->change == REACH_WRITTEN)
		return constant(relocated->value, at + 1);
	if (insn->src || at + 1 >= code->insn_count)
		return VALUE_NOTHING;
	return constant((uint32_t)insn->imm | (uint64_t)(uint32_t)insn[1].imm << 32, 0);
}

/* --- arithmetic ------------------------------------------------------------------------------- */

static bool compute(uint8_t operation, bool is_wide, uint64_t a, uint64_t b, uint64_t *ret)
{
	uint32_t bits = is_wide ? 64 : 32;

	if (!is_wide) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (operation) {
	case BPF_ADD:
		*ret = a + b;
		break;
	case BPF_SUB:
		*ret = a - b;
		break;
	case BPF_MUL:
		*ret = a * b;
		break;
	case BPF_OR:
		*ret = a | b;
		break;
	case BPF_AND:
		*ret = a & b;
		break;
	case BPF_XOR:
		*ret = a ^ b;
		break;
	case BPF_LSH:
		*ret = a << (b & (bits - 1));
		break;
	case BPF_RSH:
		*ret = a >> (b & (bits - 1));
		break;
	case BPF_ARSH:
		*ret = is_wide ? (uint64_t)((int64_t)a >> (b & 63))
			       : (uint32_t)((int32_t)a >> (b & 31));
		break;
	case BPF_NEG:
		*ret = -a;
		break;
	default: /* the verifier does not follow divisions on all kernels */
		return false;
	}
	if (!is_wide)
		*ret = (uint32_t)*ret;
	return true;
}

/* What a number that can be anything can be after the operation with a constant. */
static struct value compute_free(uint8_t operation, bool is_wide, struct value a, uint64_t b)
{
	bool is_mask = b && !(b & (b + 1));

	if (!is_wide)
		return VALUE_NOTHING;
	if (operation == BPF_AND && is_mask && !a.shift) {
		a.number = a.number < b ? a.number : b;
		/* All numbers below the mask are possible only if the maximum is such a mask. */
		return a.number & (a.number + 1) ? VALUE_NOTHING : a;
	}
	if (operation == BPF_LSH && b < 64 && !a.shift) {
		if (a.number > UINT64_MAX >> b)
			a.number = UINT64_MAX >> b; /* the bits above are lost */
		a.shift = (uint8_t)b;
		return a;
	}
	if (operation == BPF_RSH && b < 64 && (!a.shift || a.shift == b)) {
		if (!a.shift)
			a.number >>= b;
		a.shift = 0;
		return a;
	}
	return VALUE_NOTHING;
}

/* A sign extension: up by 32 bits and down again. */
static struct value compute_version(uint8_t operation, struct value a)
{
	bool is_up = operation == BPF_LSH && !a.shift;
	bool is_down = (operation == BPF_RSH || operation == BPF_ARSH) && a.shift;

	if (!is_up && !is_down)
		return VALUE_NOTHING;
	a.shift = is_up ? 32 : 0;
	return a;
}

static struct value calculate(uint8_t code, struct value a, struct value b)
{
	uint8_t operation = BPF_OP(code);
	bool is_wide = BPF_CLASS(code) == BPF_ALU64;
	uint64_t number;

	if (a.kind == VALUE_CONSTANT && b.kind == VALUE_CONSTANT)
		return compute(operation, is_wide, a.number, b.number, &number)
			       ? constant(number, a.id ? b.id && b.id != a.id ? 0 : a.id : b.id)
			       : VALUE_NOTHING;
	if (a.kind == VALUE_FRAME && b.kind == VALUE_CONSTANT && is_wide &&
	    (operation == BPF_ADD || operation == BPF_SUB)) {
		a.number += operation == BPF_ADD ? b.number : -b.number;
		return a;
	}
	if (is_on_stack(&a) || is_on_stack(&b))
		return (struct value){.kind = VALUE_SOMEWHERE};
	if (a.kind == VALUE_CONTEXT && b.kind == VALUE_CONSTANT && is_wide &&
	    (operation == BPF_ADD || operation == BPF_SUB)) {
		a.number += operation == BPF_ADD ? b.number : -b.number;
		return a;
	}
	if (a.kind == VALUE_VERSION && b.kind == VALUE_CONSTANT && is_wide && b.number == 32)
		return compute_version(operation, a);
	if (a.kind == VALUE_FREE && b.kind == VALUE_CONSTANT)
		return compute_free(operation, is_wide, a, b.number);
	if (is_wide && (operation == BPF_ADD || operation == BPF_SUB) &&
	    (a.kind == VALUE_ADDRESS || a.kind == VALUE_SETTINGS))
		return (struct value){.kind = a.kind};
	return VALUE_NOTHING;
}

static struct value move(uint8_t code, int16_t offset, struct value source)
{
	if (BPF_CLASS(code) == BPF_ALU64 && !offset)
		return source;
	if (is_on_stack(&source))
		return (struct value){.kind = VALUE_SOMEWHERE};
	if (offset) /* with the sign extended */
		return VALUE_NOTHING;
	if (source.kind == VALUE_CONSTANT)
		return constant((uint32_t)source.number, source.id);
	if (source.kind == VALUE_VERSION && !source.shift)
		return source;
	if (source.kind == VALUE_FREE && !source.shift && !(source.number & (source.number + 1))) {
		source.number &= UINT32_MAX;
		return source;
	}
	return VALUE_NOTHING;
}

static void step_arithmetic(struct machine *machine, const struct bpf_code_insn *insn, uint32_t at,
			    const struct reach_relocated *relocated)
{
	struct value *target = &machine->registers[insn->dst];
	int32_t imm = relocated->change == REACH_WRITTEN ? (int32_t)relocated->value : insn->imm;
	struct value source =
		constant((uint64_t)(int64_t)imm, relocated->change == REACH_WRITTEN ? at + 1 : 0);

	if (BPF_SRC(insn->code) == BPF_X)
		source = machine->registers[insn->src];
	if (BPF_OP(insn->code) == BPF_END)
		*target = VALUE_NOTHING;
	else if (BPF_OP(insn->code) == BPF_MOV)
		*target = move(insn->code, BPF_SRC(insn->code) == BPF_X ? insn->offset : 0, source);
	else
		*target = calculate(insn->code, *target, source);
}

/* --- one step --------------------------------------------------------------------------------- */

void machine_step(struct machine *machine, const struct reach_query *query, uint32_t at)
{
	const struct bpf_code_insn *insn = &query->code->insns[at];
	const struct reach_relocated *relocated = &query->relocated[at];

	if (insn->dst >= MACHINE_REGISTERS || insn->src >= MACHINE_REGISTERS)
		return; /* the verifier refuses it */
	/* What comes after a poisoned instruction counts as if the program were mended there. */
	if (relocated->change == REACH_POISONED) {
		if (BPF_CLASS(insn->code) != BPF_ST && BPF_CLASS(insn->code) != BPF_STX)
			machine->registers[insn->dst] = VALUE_NOTHING;
		return;
	}
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		if (bpf_code_is_wide(insn))
			machine->registers[insn->dst] = load_wide(query->code, at, relocated);
		else
			machine_call(machine, query, at); /* an old packet access works like one */
		break;
	case BPF_LDX:
		machine->registers[insn->dst] = load(machine, query, insn);
		break;
	case BPF_ST:
		store(machine, &machine->registers[insn->dst], insn->offset,
		      access_size(insn->code), NULL);
		break;
	case BPF_STX:
		store_register(machine, query, insn);
		break;
	case BPF_ALU:
	case BPF_ALU64:
		step_arithmetic(machine, insn, at, relocated);
		break;
	default:
		break;
	}
}

/* --- two states ------------------------------------------------------------------------------- */

static bool join_value(struct value *value, const struct value *other)
{
	struct value joined = VALUE_NOTHING;

	if (value->kind == other->kind && value->shift == other->shift &&
	    value->number == other->number) {
		joined = *value;
		if (value->id != other->id) {
			joined.id = 0;
			if (value->kind == VALUE_FREE || value->kind == VALUE_OR_NULL)
				joined = VALUE_NOTHING;
		}
	} else if (is_on_stack(value) || is_on_stack(other)) {
		joined.kind = VALUE_SOMEWHERE;
	}
	if (memcmp(&joined, value, sizeof(joined)) == 0)
		return false;
	*value = joined;
	return true;
}

bool machine_join(struct machine *machine, const struct machine *other)
{
	bool changed = false;

	for (size_t i = 0; i < MACHINE_REGISTERS; i++)
		changed |= join_value(&machine->registers[i], &other->registers[i]);
	for (size_t i = 0; i < MACHINE_SLOTS; i++)
		changed |= join_value(&machine->slots[i], &other->slots[i]);
	return changed;
}
