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

/* Whether the same would be said of both columns. */
static bool are_alike(const struct matrix *matrix, size_t column, size_t other, bool *ret_any)
{
	*ret_any = false;
	for (size_t i = 0; i < matrix->set->count; i++) {
		const struct verdict *verdict = matrix_column_verdict(matrix, i, column);
		const struct verdict *others = matrix_column_verdict(matrix, i, other);
		bool is_unresolved = verdict_is_unresolved(verdict);

		if (is_unresolved != verdict_is_unresolved(others) ||
		    (is_unresolved && !verdict_text_same(verdict, others)))
			return false;
		*ret_any |= is_unresolved;
	}
	return true;
}

/* The first kernel of which the same would be said, at the latest @kernel. */
static size_t first_alike(const struct matrix *matrix, size_t kernel, bool *ret_any)
{
	size_t first = 0;

	while (first < kernel && !are_alike(matrix, matrix->kernels[kernel].column,
					    matrix->kernels[first].column, ret_any))
		first++;
	return first;
}

/* What --keep asks for and this kernel lacks. */
static void report_kept(const struct engine_events *events, const struct matrix *matrix,
			size_t kernel)
{
	for (size_t i = 0; i < matrix->set->count; i++) {
		const struct verdict *verdict =
			matrix_column_verdict(matrix, i, matrix->kernels[kernel].column);
		char access[512];

		if (!matrix->set->requests[i]->kept || verdict->outcome == VERDICT_FOUND)
			continue;
		request_access_text(matrix->set->requests[i], UINT32_MAX, access, sizeof(access));
		engine_say(events, ENGINE_DETAIL, matrix->kernels[kernel].name,
			   "not there, though --keep names it: %s", access);
	}
}

void unresolved_report_kept(const struct engine_events *events, const struct matrix *matrix)
{
	for (size_t i = 0; i < matrix->set->count && matrix->kernel_count; i++) {
		char access[512];
		size_t column = 0;

		if (!matrix->set->requests[i]->kept)
			continue;
		while (column < matrix->column_count &&
		       matrix_column_verdict(matrix, i, column)->outcome != VERDICT_FOUND)
			column++;
		if (column < matrix->column_count)
			continue;
		request_access_text(matrix->set->requests[i], UINT32_MAX, access, sizeof(access));
		engine_say(events, ENGINE_NOTE, NULL, "warning: no kernel has %s (--keep)", access);
	}
}

void unresolved_report(const struct engine_events *events, const struct matrix *matrix,
		       size_t kernel)
{
	bool any = false;
	size_t first;

	if (!engine_wants(events, ENGINE_DETAIL))
		return;
	report_kept(events, matrix, kernel);
	first = first_alike(matrix, kernel, &any);
	if (first < kernel && any)
		engine_say(events, ENGINE_DETAIL, matrix->kernels[kernel].name,
			   "not resolved: the same as with %s", matrix->kernels[first].name);
	for (size_t i = 0; first == kernel && i < matrix->set->site_count; i++)
		report_site(events, matrix, kernel, i);
}
