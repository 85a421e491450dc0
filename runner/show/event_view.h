/* SPDX-License-Identifier: MIT */
/*
 * The bytes of one event, or of a map's key or value, while it is printed: every read of them is
 * checked against their size, and the work is bounded, because a hostile type can ask for more
 * elements than there is time to skip.
 */
#ifndef COREBTF_RUNNER_EVENT_VIEW_H
#define COREBTF_RUNNER_EVENT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/show/kernel_symbols.h"
#include "runner/show/line.h"
#include "runner/show/plan.h"
#include "runner/show/users.h"
#include "runner/show/wall_clock.h"

#define EVENT_STEPS_MAX 65536 /* fields and elements that are looked at in one event */

/* What outlives the event; starts zeroed. */
struct show_context {
	struct wall_clock clock;
	struct users users;
	struct kernel_symbols symbols;
};

/* Reads what the fields of @plan need: once for each file. */
void show_context_read(struct show_context *context, const struct plan *plan);
void show_context_free(struct show_context *context);

struct event_view {
	const struct plan *plan;
	const uint8_t *bytes;
	size_t size;
	struct line *line;
	struct show_context *context;
	unsigned steps;
	bool is_short; /* a field was not, or not wholly, in the event */
};

/* Whether @size bytes at @offset are in the event; marks it as short if not. */
static inline bool event_view_has(struct event_view *view, uint64_t offset, uint64_t size)
{
	if (offset <= view->size && size <= view->size - offset)
		return true;
	view->is_short = true;
	return false;
}

/* Counts a step; false: enough was done, the rest is left out. */
static inline bool event_view_step(struct event_view *view)
{
	if (view->line->full || ++view->steps > EVENT_STEPS_MAX) {
		view->line->full = true;
		return false;
	}
	return true;
}

/*
 * How many of a field's bytes are there: all of them; for what is at the end of the type as many as
 * the event has, which is how programs send arrays of varying length. False: it is not there.
 */
bool event_view_extent(struct event_view *view, const struct field *field, uint64_t offset,
		       uint64_t *ret_size);

#endif
