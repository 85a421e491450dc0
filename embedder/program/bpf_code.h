/* SPDX-License-Identifier: MIT */
/*
 * The code of one BPF object: the ELF image comes in, its functions go out, with their
 * instructions and what each instruction refers to. The image is not needed after that.
 *
 *	section kprobe/do_exit   | on_exit |              a program: libbpf loads it
 *	section .text            | helper_a | helper_b |  called by programs, loaded with them
 *
 * Instructions are numbered over all sections, in the file's order, so a number names a place.
 */
#ifndef COREBTF_PROGRAM_BPF_CODE_H
#define COREBTF_PROGRAM_BPF_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/object/bpf_object_file.h"
#include "embedder/util/arena.h"
#include "runtime/util/reason.h"

#define BPF_CODE_NONE UINT32_MAX

/* What the address in an instruction is of. */
enum bpf_reference {
	BPF_REFERENCE_NONE,
	BPF_REFERENCE_MAP,	/* target: number of the symbol */
	BPF_REFERENCE_DATA,	/* a variable that programs write */
	BPF_REFERENCE_CONSTANT, /* .rodata: fixed before the load, by the user if it likes */
	BPF_REFERENCE_EXTERN,	/* another's: a kernel function or variable, or .kconfig */
	BPF_REFERENCE_FUNCTION, /* target: its first instruction, BPF_CODE_NONE: not known */
};

struct bpf_code_insn {
	uint8_t code, dst, src;
	uint8_t reference; /* enum bpf_reference */
	int16_t offset;
	int32_t imm;
	uint32_t target;
};

struct bpf_code_section {
	const char *name;
	uint32_t first, count; /* instructions */
};

struct bpf_code_function {
	const char *name;
	uint32_t section;
	uint32_t first, count; /* instructions */
	bool is_program;
	bool is_global; /* the verifier may check it by itself */
};

struct bpf_code {
	const char *name; /* of the object */
	bool big_endian;
	struct bpf_code_insn *insns;
	uint32_t insn_count;
	struct bpf_code_section *sections;
	uint32_t section_count;
	struct bpf_code_function *functions; /* by first instruction */
	uint32_t function_count;
	const char **symbols;	/* names of MAP and EXTERN targets */
	uint32_t *symbol_types; /* MAP: number of the map's type, 0: not known */
	uint32_t symbol_count;
	/* Private to program/. */
	size_t insn_capacity, section_capacity, function_capacity, symbol_capacity, type_capacity;
	struct arena arena;
};

/* Errors: -EBADMSG a damaged object, -EOPNOTSUPP, -ENOMEM. */
int bpf_code_read(const struct bpf_object_file *object, struct bpf_code *ret_code,
		  struct reason *why);

/* One that is all zero is fine. */
void bpf_code_free(struct bpf_code *code);

/* The number of the instruction at @offset bytes of the section @name; BPF_CODE_NONE: there is
 * none.
 */
uint32_t bpf_code_find(const struct bpf_code *code, const char *name, uint32_t offset);

/* The function with an instruction; NULL: it is in none. */
const struct bpf_code_function *bpf_code_function_at(const struct bpf_code *code, uint32_t insn);

/* An LD_IMM64 takes two places. */
static inline bool bpf_code_is_wide(const struct bpf_code_insn *insn)
{
	return insn->code == 0x18;
}

/* The place that a jump leads to; BPF_CODE_NONE: out of its function. */
uint32_t bpf_code_jump_target(const struct bpf_code *code, const struct bpf_code_function *function,
			      uint32_t insn);

#endif
