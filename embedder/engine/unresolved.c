/* SPDX-License-Identifier: MIT */
#include "embedder/engine/unresolved.h"

#include "embedder/matrix/verdict_text.h"
#include "embedder/relo/relo_text.h"

static void report_site(const struct engine_events *events, const struct matrix *matrix,
			size_t kernel, size_t site)
{
	const struct verdict *verdict = matrix_cell(matrix, site, kernel);
	const struct request *request = request_set_of_site(matrix->set, site);
	char place[512], access[512], says[512];

	if (!verdict || !verdict_is_unresolved(verdict))
		return;
	site_place_text(matrix->set, site, place, sizeof(place));
	site_access_text(matrix->set, site, access, sizeof(access));
	verdict_text(verdict, request, says, sizeof(says));
	engine_say(events, ENGINE_DETAIL, matrix->kernels[kernel].name,
		   "not resolved: %s: %s of %s: %s", place, core_relo_kind_name(request->kind),
		   access, says);
}

void unresolved_report(const struct engine_events *events, const struct matrix *matrix,
		       size_t kernel)
{
	if (!engine_wants(events, ENGINE_DETAIL))
		return;
	for (size_t i = 0; i < matrix->set->site_count; i++)
		report_site(events, matrix, kernel, i);
}
