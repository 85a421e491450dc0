/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a BPF object's code: reading it must not crash, and what it names must be in range.
 * Then every program is searched for what is reached, with some instructions poisoned and some
 * written: what is reached for sure must be reached at all.
 */
#include <stdlib.h>

#include "embedder/program/bpf_code.h"
#include "embedder/program/program_kind.h"
#include "embedder/reach/reach.h"
#include "embedder/util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_code(const struct bpf_code *code)
{
	for (uint32_t i = 0; i < code->function_count; i++) {
		const struct bpf_code_function *function = &code->functions[i];

		if (!function->count || function->first >= code->insn_count ||
		    function->count > code->insn_count - function->first ||
		    function->section >= code->section_count)
			abort();
		program_kind_find(code->sections[function->section].name);
	}
	for (uint32_t i = 0; i < code->insn_count; i++) {
		const struct bpf_code_insn *insn = &code->insns[i];
		bool is_name = insn->reference == BPF_REFERENCE_MAP ||
			       insn->reference == BPF_REFERENCE_EXTERN;

		if (insn->target != BPF_CODE_NONE &&
		    insn->target >= (is_name ? code->symbol_count : code->insn_count))
			abort();
	}
}

static void search(const struct bpf_code *code, const struct bpf_code_function *program)
{
	_cleanup_free_ struct reach_relocated *relocated =
		calloc(code->insn_count + 1, sizeof(*relocated));
	_cleanup_free_ uint8_t *answers = calloc(code->insn_count + 1, 1);
	_cleanup_free_ uint32_t *guards = calloc(code->insn_count + 1, sizeof(*guards));
	struct reach_query query = {
		.code = code,
		.program = program,
		.relocated = relocated,
		.has_plain_context = true,
		.has_stack_constants = true,
	};
	uint64_t words;

	if (!relocated || !answers || !guards)
		return;
	for (uint32_t i = 0; i < code->insn_count; i++)
		relocated[i] = (struct reach_relocated){
			.change = i % 5 == 3   ? REACH_POISONED
				  : i % 7 == 1 ? REACH_WRITTEN
					       : REACH_AS_IT_IS,
		};
	if (reach_find(&query, answers, guards))
		return;
	for (uint32_t i = 0; i < code->insn_count; i++)
		if ((guards[i] != BPF_CODE_NONE && guards[i] >= code->insn_count) ||
		    (answers[i] == REACH_YES && relocated[i].change != REACH_POISONED))
			abort();
	reach_context_words(code, program, &words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(bpf_object_file_close) struct bpf_object_file object = {0};
	_cleanup_(bpf_code_free) struct bpf_code code = {0};

	if (bpf_object_file_copy("fuzz.o", data, size, &object, NULL) ||
	    bpf_code_read(&object, &code, NULL))
		return 0;
	check_code(&code);
	for (uint32_t i = 0; i < code.function_count && i < 64; i++)
		if (code.functions[i].is_program)
			search(&code, &code.functions[i]);
	return 0;
}
