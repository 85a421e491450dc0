/* SPDX-License-Identifier: MIT */
#include "embedder/reach/reach.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/reach/searches.h"
#include "embedder/util/cleanup.h"

int reach_find(const struct reach_query *query, uint8_t *ret_answers, uint32_t *ret_guards)
{
	uint32_t count = query->code->insn_count;
	int err;

	memset(ret_answers, REACH_NO, count);
	for (uint32_t i = 0; i < count; i++)
		ret_guards[i] = BPF_CODE_NONE;
	/* REACH_MAYBE is 1: what may be reached. */
	err = may_reach(query, ret_answers, ret_guards);
	return err ? err : must_reach(query, ret_answers, ret_answers);
}

int reach_context_words(const struct bpf_code *code, const struct bpf_code_function *program,
			uint64_t *ret_words)
{
	_cleanup_free_ struct reach_relocated *relocated =
		calloc(code->insn_count + 1, sizeof(*relocated));
	_cleanup_free_ uint8_t *seen = calloc(code->insn_count + 1, 1);
	_cleanup_free_ uint32_t *guards = calloc(code->insn_count + 1, sizeof(*guards));
	struct reach_query query = {
		.code = code,
		.program = program,
		.relocated = relocated,
		.context_words = ret_words,
	};

	*ret_words = 0;
	return relocated && seen && guards ? may_reach(&query, seen, guards) : -ENOMEM;
}
