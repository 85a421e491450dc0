/* SPDX-License-Identifier: MIT */
/*
 * Which instructions are reached, over programs written by hand. tests/judge/reach_judge.c asks the
 * kernel's verifier about compiled ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <string.h>

#include "embedder/reach/reach.h"

#define INSNS_MAX 64

#define SET(register, number)                                                                      \
	{                                                                                          \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst = (register), .imm = (number)            \
	}
#define COPY(to, from)                                                                             \
	{                                                                                          \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst = (to), .src = (from)                    \
	}
#define CALCULATE(operation, register, number)                                                     \
	{                                                                                          \
		.code = BPF_ALU64 | (operation) | BPF_K, .dst = (register), .imm = (number)        \
	}
#define LOAD(to, from, at)                                                                         \
	{                                                                                          \
		.code = BPF_LDX | BPF_MEM | BPF_DW, .dst = (to), .src = (from), .offset = (at)     \
	}
#define STORE(to, at, from)                                                                        \
	{                                                                                          \
		.code = BPF_STX | BPF_MEM | BPF_DW, .dst = (to), .src = (from), .offset = (at)     \
	}
#define JUMP(condition, register, number, distance)                                                \
	{                                                                                          \
		.code = BPF_JMP | (condition) | BPF_K, .dst = (register), .imm = (number),         \
		.offset = (distance)                                                               \
	}
#define HELPER(number)                                                                             \
	{                                                                                          \
		.code = BPF_JMP | BPF_CALL, .imm = (number)                                        \
	}
#define FUNCTION(first)                                                                            \
	{                                                                                          \
		.code = BPF_JMP | BPF_CALL, .src = BPF_PSEUDO_CALL,                                \
		.reference = BPF_REFERENCE_FUNCTION, .target = (first)                             \
	}
#define SETTING(register)                                                                          \
	{                                                                                          \
		.code = BPF_LD | BPF_IMM | BPF_DW, .dst = (register),                              \
		.reference = BPF_REFERENCE_CONSTANT                                                \
	}
#define WIDE_END                                                                                   \
	{                                                                                          \
		.code = 0                                                                          \
	}
#define EXIT                                                                                       \
	{                                                                                          \
		.code = BPF_JMP | BPF_EXIT                                                         \
	}
#define KTIME  5
#define LOOKUP 1

struct given {
	struct bpf_code_insn insns[INSNS_MAX];
	uint32_t main_size, called_size; /* the function that is called comes after */
	uint32_t poisoned, check;	 /* check: gets 0; both from 1, 0: none */
	bool has_typed_context;
	uint32_t kernel_version;
};

static struct given_result {
	uint8_t answers[INSNS_MAX];
	uint32_t guards[INSNS_MAX];
} result;

static enum reach_answer find(const struct given *given)
{
	struct bpf_code_function functions[] = {
		{.name = "main", .count = given->main_size, .is_program = true},
		{.name = "called", .first = given->main_size, .count = given->called_size},
	};
	struct bpf_code_insn insns[INSNS_MAX];
	struct reach_relocated relocated[INSNS_MAX] = {{.change = REACH_AS_IT_IS}};
	const char *symbols[] = {"LINUX_KERNEL_VERSION"};
	struct bpf_code code = {
		.symbols = symbols,
		.symbol_count = 1,
		.insns = insns,
		.insn_count = given->main_size + given->called_size,
		.functions = functions,
		.function_count = given->called_size ? 2 : 1,
	};
	struct reach_query query = {
		.code = &code,
		.program = functions,
		.relocated = relocated,
		.has_plain_context = !given->has_typed_context,
		.has_stack_constants = true,
		.kernel_version = given->kernel_version,
	};

	memcpy(insns, given->insns, sizeof(insns));
	relocated[given->poisoned - 1].change = REACH_POISONED;
	if (given->check)
		relocated[given->check - 1].change = REACH_WRITTEN;
	assert_int_equal(reach_find(&query, result.answers, result.guards), 0);
	return result.answers[given->poisoned - 1];
}

#define MAIN(...)                                                                                  \
	.insns = {__VA_ARGS__},                                                                    \
	.main_size = sizeof((struct bpf_code_insn[]){__VA_ARGS__}) / sizeof(struct bpf_code_insn)

static void straight(void **state)
{
	struct given given = {MAIN(SET(1, 0), SET(0, 0), EXIT), .poisoned = 1};

	(void)state;
	assert_int_equal(find(&given), REACH_YES);
}

static void check_cuts(void **state)
{
	struct given given = {
		MAIN(SET(1, 1), JUMP(BPF_JEQ, 1, 0, 1), SET(2, 0), SET(0, 0), EXIT),
		.poisoned = 3,
		.check = 1,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_NO);
	assert_int_equal(result.guards[2], 0);
	/* Without the relocation the check holds. */
	given.check = 0;
	assert_int_equal(find(&given), REACH_YES);
}

/* Over a copy, arithmetic, the stack and a call that leaves all of it alone. */
static void check_travels(void **state)
{
	struct given given = {
		MAIN(SET(6, 1), COPY(7, 6), CALCULATE(BPF_LSH, 7, 32), CALCULATE(BPF_RSH, 7, 32),
		     STORE(10, -8, 7), HELPER(KTIME), LOAD(1, 10, -8), JUMP(BPF_JEQ, 1, 0, 1),
		     SET(2, 0), SET(0, 0), EXIT),
		.poisoned = 9,
		.check = 1,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_NO);
	assert_int_equal(result.guards[8], 0);
}

/* A helper gets the address of the stack below: it may have written there. */
static void helper_writes_stack(void **state)
{
	struct given given = {
		MAIN(SET(6, 1), STORE(10, -8, 6), COPY(1, 10), CALCULATE(BPF_ADD, 1, -16),
		     HELPER(KTIME), LOAD(1, 10, -8), JUMP(BPF_JEQ, 1, 0, 1), SET(2, 0), SET(0, 0),
		     EXIT),
		.poisoned = 8,
		.check = 1,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_MAYBE);
	/* Written from above the slot on, it is as it was. */
	given.insns[3].imm = 0;
	assert_int_equal(find(&given), REACH_NO);
}

static void free_values_go_both_ways(void **state)
{
	struct given given = {
		MAIN(HELPER(KTIME), JUMP(BPF_JEQ, 0, 7, 1), SET(2, 0), SET(0, 0), EXIT),
		.poisoned = 3,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_YES);
	/* A typed context: the verifier may know that the argument is not NULL. */
	given = (struct given){
		MAIN(LOAD(2, 1, 0), JUMP(BPF_JNE, 2, 0, 1), SET(2, 0), SET(0, 0), EXIT),
		.poisoned = 3,
		.has_typed_context = true,
	};
	assert_int_equal(find(&given), REACH_MAYBE);
	given.has_typed_context = false;
	assert_int_equal(find(&given), REACH_YES);
}

/* The same value, tested twice: the second time it is not free any more. */
static void tested_twice(void **state)
{
	struct given given = {
		MAIN(HELPER(KTIME), COPY(6, 0), JUMP(BPF_JEQ, 0, 7, 3), JUMP(BPF_JNE, 6, 7, 2),
		     SET(2, 0), SET(2, 0), SET(0, 0), EXIT),
		.poisoned = 5,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_MAYBE);
}

/* Bits that cannot be: ktime & 7 is never 9. */
static void impossible_numbers(void **state)
{
	struct given given = {
		MAIN(HELPER(KTIME), CALCULATE(BPF_AND, 0, 7), JUMP(BPF_JNE, 0, 9, 1), SET(2, 0),
		     SET(0, 0), EXIT),
		.poisoned = 4,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_MAYBE);
	given.insns[2].imm = 5;
	assert_int_equal(find(&given), REACH_YES);
}

static void settings(void **state)
{
	struct given given = {
		MAIN(SETTING(1), WIDE_END, LOAD(1, 1, 0), JUMP(BPF_JEQ, 1, 0, 1), SET(2, 0),
		     SET(3, 0), SET(0, 0), EXIT),
		.poisoned = 5,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_MAYBE);
	given.poisoned = 6; /* after both sides */
	assert_int_equal(find(&given), REACH_YES);
}

/* LINUX_KERNEL_VERSION: what is known of it is 5.10.x. */
static void versions(void **state)
{
	const int32_t v5_9 = 5 << 16 | 9 << 8, v5_10 = 5 << 16 | 10 << 8, v5_11 = 5 << 16 | 11 << 8;
	struct given given = {
		MAIN({.code = BPF_LD | BPF_IMM | BPF_DW,
		      .dst = 1,
		      .reference = BPF_REFERENCE_EXTERN},
		     WIDE_END, {.code = BPF_LDX | BPF_MEM | BPF_W, .dst = 1, .src = 1},
		     CALCULATE(BPF_LSH, 1, 32), CALCULATE(BPF_ARSH, 1, 32),
		     JUMP(BPF_JSGT, 1, v5_11, 1), SET(2, 0), SET(0, 0), EXIT),
		.poisoned = 7,
		.kernel_version = (uint32_t)v5_10,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_YES);
	given.insns[5].imm = v5_9;
	assert_int_equal(find(&given), REACH_NO);
	given.insns[5].imm = v5_10 + 7; /* which one is not known */
	assert_int_equal(find(&given), REACH_MAYBE);
	given.insns[5] = (struct bpf_code_insn)JUMP(BPF_JNE, 1, v5_11, 1);
	assert_int_equal(find(&given), REACH_NO);
	given.insns[5].imm = v5_10;
	assert_int_equal(find(&given), REACH_MAYBE);
	/* Before 5.5 the verifier goes both ways. */
	given.insns[5] = (struct bpf_code_insn)JUMP(BPF_JSGT, 1, v5_9, 1);
	given.kernel_version = 4 << 16 | 19 << 8;
	assert_int_equal(find(&given), REACH_MAYBE);
}

static void lookups(void **state)
{
	struct given given = {
		MAIN(HELPER(LOOKUP), JUMP(BPF_JEQ, 0, 0, 2), SET(2, 0), JUMP(BPF_JA, 0, 0, 1),
		     SET(3, 0), SET(0, 0), EXIT),
		.poisoned = 3,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_YES); /* there is an entry */
	given.poisoned = 5;			   /* there is none: newer kernels may exclude it */
	assert_int_equal(find(&given), REACH_MAYBE);
}

static void functions(void **state)
{
	struct given given = {
		MAIN(SET(1, 1), JUMP(BPF_JEQ, 1, 0, 1), FUNCTION(5), SET(0, 0), EXIT, SET(2, 0),
		     SET(0, 0), EXIT),
		.poisoned = 6,
	};

	(void)state;
	given.main_size = 5;
	given.called_size = 3;
	assert_int_equal(find(&given), REACH_YES);
	given.check = 1;
	assert_int_equal(find(&given), REACH_NO);
	/* What comes after a call. */
	given.check = 0;
	given.poisoned = 4;
	assert_int_equal(find(&given), REACH_YES);
}

/* An argument that the caller keeps and tests too. */
static void argument_tested_twice(void **state)
{
	struct given given = {
		MAIN(HELPER(KTIME), COPY(6, 0), COPY(1, 0), FUNCTION(8), JUMP(BPF_JEQ, 6, 7, 1),
		     SET(2, 0), SET(0, 0), EXIT, SET(0, 0), JUMP(BPF_JEQ, 1, 7, 0), EXIT),
		.poisoned = 6,
	};

	(void)state;
	given.main_size = 8;
	given.called_size = 3;
	assert_int_equal(find(&given), REACH_MAYBE);
}

static void loops(void **state)
{
	struct given given = {
		MAIN(SET(6, 0), CALCULATE(BPF_ADD, 6, 1), JUMP(BPF_JNE, 6, 20, -2), SET(2, 0),
		     SET(0, 0), EXIT),
		.poisoned = 4,
	};

	(void)state;
	assert_int_equal(find(&given), REACH_YES);
	given.insns[2] = (struct bpf_code_insn)JUMP(BPF_JA, 0, 0, -2); /* for ever */
	assert_int_equal(find(&given), REACH_NO);
}

/* The verifier refuses all of these; here they must only not lead out of the arrays. */
static void nonsense(void **state)
{
	struct given given = {
		MAIN(JUMP(BPF_JEQ, 15, 0, 100), JUMP(BPF_JA, 0, 0, -100), SET(2, 0)),
		.poisoned = 1,
	};

	(void)state;
	find(&given);
	given.insns[0].dst = 1;
	find(&given);
	given = (struct given){MAIN(SET(15, 0), FUNCTION(BPF_CODE_NONE), SETTING(1)),
			       .poisoned = 1};
	assert_int_equal(find(&given), REACH_YES);
	given = (struct given){MAIN(FUNCTION(0), EXIT), .poisoned = 2}; /* itself */
	find(&given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(straight),
		cmocka_unit_test(check_cuts),
		cmocka_unit_test(check_travels),
		cmocka_unit_test(helper_writes_stack),
		cmocka_unit_test(free_values_go_both_ways),
		cmocka_unit_test(tested_twice),
		cmocka_unit_test(impossible_numbers),
		cmocka_unit_test(settings),
		cmocka_unit_test(versions),
		cmocka_unit_test(lookups),
		cmocka_unit_test(functions),
		cmocka_unit_test(argument_tested_twice),
		cmocka_unit_test(loops),
		cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
