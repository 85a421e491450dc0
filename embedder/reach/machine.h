/* SPDX-License-Identifier: MIT */
/*
 * What is known of registers and stack at one place of a program, and what an instruction does to
 * that. Both searches (reach.h) use it.
 */
#ifndef COREBTF_REACH_MACHINE_H
#define COREBTF_REACH_MACHINE_H

#include "embedder/reach/reach.h"

enum value_kind {
	VALUE_UNKNOWN,	 /* not known to us; no pointer to the stack */
	VALUE_CONSTANT,	 /* number */
	VALUE_FREE,	 /* each of 0 to number, shifted left by shift, is possible */
	VALUE_FRAME,	 /* address in this function's stack: number, from its end, negative */
	VALUE_SOMEWHERE, /* may be an address in the stack */
	VALUE_CONTEXT,	 /* the program's argument */
	VALUE_SETTINGS,	 /* address of constants, of which the verifier may know more than we do;
			  * number: 1 + the symbol that it is of, 0: not known */
	VALUE_VERSION, /* shifted left by shift; the verifier knows which of number to number + 255
			*/
	VALUE_ADDRESS, /* any other address, never NULL */
	VALUE_OR_NULL, /* an address, or NULL; what a lookup returns */
};

struct value {
	uint8_t kind, shift;
	uint16_t zero;
	uint32_t id; /* FREE, OR_NULL: values with one id depend on each other. CONSTANT: 1 + the
		      * instruction with the relocation that it comes from; 0: none, or several */
	uint64_t number;
};

#define MACHINE_REGISTERS 11
#define MACHINE_SLOTS	  64 /* 8 bytes each; slot 0 is at -8 */

struct machine {
	struct value registers[MACHINE_REGISTERS];
	struct value slots[MACHINE_SLOTS];
	uint32_t next_id;
};

#define VALUE_NOTHING                                                                              \
	(struct value)                                                                             \
	{                                                                                          \
		.kind = VALUE_UNKNOWN                                                              \
	}

/* At the start of a program, or with @is_program false of a function that is called. */
void machine_start(struct machine *machine, bool is_program);

/* The effect of instruction @at; jumps, calls of functions and exits have none here. */
void machine_step(struct machine *machine, const struct reach_query *query, uint32_t at);

/* What a call of a helper or a kernel function does (machine_call.c). */
void machine_call(struct machine *machine, const struct reach_query *query, uint32_t at);

/* A function of the program is called: the caller's registers and stack as they are after it, and
 * the start of the called one. */
void machine_enter(struct machine *caller, struct machine *ret_called);

/* Forgets what depends on the value with this id. */
void machine_forget(struct machine *machine, uint32_t id);

/* Whatever is on the stack from @offset up may have been written. */
void machine_forget_stack(struct machine *machine, int64_t offset);

/* Makes @machine hold what is true of both; returns whether that changed it. */
bool machine_join(struct machine *machine, const struct machine *other);

/* --- jumps (machine_jump.c) ------------------------------------------------------------------- */

/* What is known of a conditional jump. */
struct jump_outcome {
	bool is_decided;	 /* by constants: */
	bool is_taken;		 /* this is where it goes */
	bool can_take, can_fall; /* not decided: this side is possible for sure */
	uint32_t guard;		 /* decided: 1 + the instruction with the relocation; 0: none */
};

struct jump_outcome machine_jump(const struct machine *machine, const struct bpf_code_insn *insn);

/* What is known on one side of a jump that was not decided. */
void machine_follow(struct machine *machine, const struct bpf_code_insn *insn, bool is_taken);

#endif
