/* SPDX-License-Identifier: MIT */
/*
 * The answers to all requests of one path. These differ only in kind, so what a candidate matches
 * and marks holds for all of them; values and verdicts are found for each.
 */
#ifndef COREBTF_RESOLVE_PATH_ANSWERS_H
#define COREBTF_RESOLVE_PATH_ANSWERS_H

#include "embedder/resolve/answer.h"
#include "embedder/resolve/marks.h"
#include "embedder/resolve/verdict.h"

/* Requests @first to @first + @count - 1 of a set. */
struct request_path {
	size_t first;
	uint32_t count;
	uint32_t root;
};

struct path_answers {
	const struct answer *answers; /* by request, then by candidate */
	uint32_t answer_count;	      /* of one request: candidates that matched or were refused */
	const struct verdict *verdicts; /* by request */
	const struct mark *marks;	/* of all candidates */
	size_t mark_count;
	uint64_t steps; /* names that were compared (struct matcher) */
};

#endif
