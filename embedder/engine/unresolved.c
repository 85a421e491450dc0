/* SPDX-License-Identifier: MIT */
/*
 * In: the outcome of each request on a kernel. Out: a message for each without an answer.
 */
#include "embedder/engine/unresolved.h"

#include "embedder/trim/trimmer.h"

/* NULL: there is an answer. */
static const char *outcome_words(enum verdict_outcome outcome)
{
	switch (outcome) {
	case VERDICT_MISSING:
		return "not in this kernel";
	case VERDICT_AMBIGUOUS:
		return "several candidates disagree";
	case VERDICT_REFUSED:
		return "cannot be matched";
	case VERDICT_FOUND:
	case VERDICT_ABSENT:
		break;
	}
	return NULL;
}

void unresolved_report(const struct engine_events *events, const char *kernel_path,
		       const struct request_set *requests, const struct verdict *verdicts)
{
	if (!verdicts || !engine_wants(events, ENGINE_DETAIL))
		return;
	for (size_t i = 0; i < request_set_count(requests); i++) {
		const char *words = outcome_words(verdicts[i].outcome);
		char request[512] = "";

		if (!words)
			continue;
		request_set_describe(requests, i, request, sizeof(request));
		engine_say(events, ENGINE_DETAIL, kernel_path, "not resolved: %s: %s", request,
			   words);
	}
}
