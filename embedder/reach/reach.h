/* SPDX-License-Identifier: MIT */
/*
 * Which instructions of a program the verifier reaches, once libbpf has written the results of the
 * relocations into them. A poisoned instruction fails the load only if it is reached.
 *
 *	r1 = 0                     bpf_core_field_exists(), answered "no"
 *	if r1 == 0 goto +2         always taken: the next two are never reached
 *	r2 = poisoned
 *
 * Two searches give three answers:
 *
 *  - may_reach.c goes everywhere except where a branch depends on constants alone. The verifier
 *    knows these constants too, so what this search does not reach, the verifier does not reach.
 *  - must_reach.c looks for what the verifier cannot miss: the paths on which every branch
 *    depends on constants, or on values that may be anything (memory, results of helpers). Where a
 *    branch depends on something else - settings in .rodata, a value tested before - either side
 *    may be the only one, so only what both sides reach counts.
 *
 * What only the first search reaches is "maybe".
 */
#ifndef COREBTF_REACH_REACH_H
#define COREBTF_REACH_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "embedder/program/bpf_code.h"

/* What libbpf makes of one instruction. */
enum reach_change {
	REACH_AS_IT_IS,
	REACH_WRITTEN,	/* value is in it */
	REACH_POISONED, /* an invalid call replaces it */
};

struct reach_relocated {
	enum reach_change change;
	uint64_t value;
};

enum reach_answer {
	REACH_NO,
	REACH_MAYBE,
	REACH_YES,
};

struct reach_query {
	const struct bpf_code *code;
	const struct bpf_code_function *program;
	const struct reach_relocated *relocated; /* by instruction */
	/* What the program gets are numbers that may have any value, as in kprobes and tracepoints;
	 * not typed pointers, about which the verifier knows more. */
	bool has_plain_context;
	/* LINUX_KERNEL_VERSION of libbpf without its last number, which a release does not always
	 * have; 0: not known. */
	uint32_t kernel_version;
	/* Where to note the words of the context that are read; NULL: nowhere. */
	uint64_t *context_words;
	/* The verifier remembers constants on the stack (Linux 5.3). */
	bool has_stack_constants;
};

/*
 * @ret_answers: by instruction of the object; written for those of the program and of what it
 * calls, the others are REACH_NO. @ret_guards: by instruction, for REACH_NO in the program: the
 * instruction whose relocation decided that, or BPF_CODE_NONE. 0 or -ENOMEM.
 */
int reach_find(const struct reach_query *query, uint8_t *ret_answers, uint32_t *ret_guards);

/* The words of the context that a program reads: bit n for the one at 8 * n bytes. Those beyond 63,
 * and those that are read in functions that it calls, are left out. 0 or -ENOMEM. */
int reach_context_words(const struct bpf_code *code, const struct bpf_code_function *program,
			uint64_t *ret_words);

#endif
