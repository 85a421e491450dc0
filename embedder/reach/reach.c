/* SPDX-License-Identifier: MIT */
#include "embedder/reach/reach.h"

#include <string.h>

#include "embedder/reach/searches.h"

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
