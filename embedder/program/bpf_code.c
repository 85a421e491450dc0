/* SPDX-License-Identifier: MIT */
#include "embedder/program/bpf_code.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

void bpf_code_free(struct bpf_code *code)
{
	free(code->insns);
	free(code->sections);
	free(code->functions);
	free(code->symbols);
	free(code->symbol_types);
	arena_free(&code->arena);
	*code = (struct bpf_code){0};
}

uint32_t bpf_code_find(const struct bpf_code *code, const char *name, uint32_t offset)
{
	for (uint32_t i = 0; i < code->section_count; i++) {
		const struct bpf_code_section *section = &code->sections[i];

		if (strcmp(section->name, name) == 0)
			return offset % 8 == 0 && offset / 8 < section->count
				       ? section->first + offset / 8
				       : BPF_CODE_NONE;
	}
	return BPF_CODE_NONE;
}

const struct bpf_code_function *bpf_code_function_at(const struct bpf_code *code, uint32_t insn)
{
	uint32_t low = 0, high = code->function_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (code->functions[middle].first <= insn)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || insn - code->functions[low - 1].first >= code->functions[low - 1].count)
		return NULL;
	return &code->functions[low - 1];
}

uint32_t bpf_code_jump_target(const struct bpf_code *code, const struct bpf_code_function *function,
			      uint32_t insn)
{
	const struct bpf_code_insn *jump = &code->insns[insn];
	/* A long jump has its distance in imm. */
	int64_t distance = jump->code == (BPF_JMP32 | BPF_JA) ? jump->imm : jump->offset;
	int64_t to = (int64_t)insn + 1 + distance;

	if (to < function->first || to >= (int64_t)function->first + function->count)
		return BPF_CODE_NONE;
	return (uint32_t)to;
}
