/* SPDX-License-Identifier: MIT */
#include "embedder/engine/unresolved.h"

#include "embedder/matrix/verdict_text.h"
#include "embedder/relo/relo_text.h"

static void report_request(const struct engine_events *events, const struct matrix *matrix,
			   size_t kernel, size_t request)
{
	const struct verdict *verdict = matrix_request(matrix, request, kernel);
	char asks[512], says[512], place[512];
	const uint32_t *sites;
	size_t count;

	if (!verdict_is_unresolved(verdict))
		return;
	request_text(matrix->set, request, asks, sizeof(asks));
	verdict_text(verdict, matrix->set->requests[request], says, sizeof(says));
	sites = matrix_sites(matrix, request, &count);
	for (size_t i = 0; i < count; i++) {
		site_place_text(matrix->set, sites[i], place, sizeof(place));
		engine_say(events, ENGINE_DETAIL, matrix->kernels[kernel].name,
			   "not resolved: %s: %s: %s", place, asks, says);
	}
}

void unresolved_report(const struct engine_events *events, const struct matrix *matrix,
		       size_t kernel)
{
	if (!engine_wants(events, ENGINE_DETAIL))
		return;
	for (size_t i = 0; i < matrix->set->count; i++)
		report_request(events, matrix, kernel, i);
}
