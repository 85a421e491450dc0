/* SPDX-License-Identifier: MIT */
/*
 * A verdict as text: what libbpf does with the relocation on that kernel, and why.
 */
#ifndef COREBTF_MATRIX_VERDICT_TEXT_H
#define COREBTF_MATRIX_VERDICT_TEXT_H

#include <stdbool.h>

#include "embedder/relo/request.h"
#include "embedder/resolve/verdict.h"

/* Whether the relocation gets no usable value: libbpf poisons the instruction or refuses the
 * object. "It does not exist" is a usable answer if the relocation checks for existence. */
static inline bool verdict_is_unresolved(const struct verdict *verdict)
{
	return verdict->outcome != VERDICT_FOUND && verdict->outcome != VERDICT_ABSENT;
}

/* Whether verdict_text() says the same of two verdicts on one request. */
bool verdict_text_same(const struct verdict *a, const struct verdict *b);

/*
 * "this kernel has no struct task_struct.state, or it has another type; libbpf poisons the
 * instruction". Returns the length as snprintf does.
 */
int verdict_text(const struct verdict *verdict, const struct request *request, char *buffer,
		 size_t size);

#endif
