/* SPDX-License-Identifier: MIT */
/*
 * How the engine reports what it does: it calls back and prints nothing. A caller that wants
 * nothing passes NULL in place of a struct engine_events.
 */
#ifndef COREBTF_ENGINE_EVENTS_H
#define COREBTF_ENGINE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

enum engine_level {
	ENGINE_FAILURE, /* an input could not be used, or the work failed */
	ENGINE_NOTE,	/* what was done */
	ENGINE_DETAIL,	/* for a verbose mode */
};

/* Each callback may be NULL. Calls do not overlap, but may come from any thread. */
struct engine_events {
	void *context; /* given to the callbacks */
	bool details;  /* whether to make messages of ENGINE_DETAIL */

	/* One line without its newline. @path: the file it is about, or NULL. */
	void (*message)(void *context, enum engine_level level, const char *path, const char *text);

	/*
	 * @done kernels are finished, the last one being @kernel. @total: 0 when it is not known
	 * yet. The first call of a run has @done 0 and @kernel NULL.
	 */
	void (*progress)(void *context, size_t done, size_t total, const char *kernel);
};

/* Whether messages of @level are wanted. */
bool engine_wants(const struct engine_events *events, enum engine_level level);

void engine_say(const struct engine_events *events, enum engine_level level, const char *path,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

void engine_progress(const struct engine_events *events, size_t done, size_t total,
		     const char *kernel);

#endif
