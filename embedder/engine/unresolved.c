/* SPDX-License-Identifier: MIT */
/*
 * In: the outcome of each request on a kernel. Out: a message for each without an answer.
 */
#include "embedder/engine/unresolved.h"

#include "embedder/trim/trimmer.h"

/* NULL: there is an answer. */
static const char *outcome_words(enum request_outcome outcome)
{
	switch (outcome) {
	case REQUEST_MISSING:
		return "not in this kernel";
	case REQUEST_AMBIGUOUS:
		return "several candidates disagree";
	case REQUEST_FAILED:
		return "cannot be matched";
	case REQUEST_FOUND:
	case REQUEST_ABSENT:
		break;
	}
	return NULL;
}

void unresolved_report(const struct engine_events *events, const char *kernel_path,
		       const struct request_set *requests, const uint8_t *outcomes)
{
	if (!outcomes || !engine_wants(events, ENGINE_DETAIL))
		return;
	for (size_t i = 0; i < request_set_count(requests); i++) {
		const char *words = outcome_words(outcomes[i]);
		char request[512] = "";

		if (!words)
			continue;
		request_set_describe(requests, i, request, sizeof(request));
		engine_say(events, ENGINE_DETAIL, kernel_path, "not resolved: %s: %s", request,
			   words);
	}
}
