/* SPDX-License-Identifier: MIT */
#include "embedder/engine/events.h"

#include <stdarg.h>
#include <stdio.h>

#include "embedder/util/cleanup.h"

bool engine_wants(const struct engine_events *events, enum engine_level level)
{
	return events && events->message && (level != ENGINE_DETAIL || events->details);
}

void engine_say(const struct engine_events *events, enum engine_level level, const char *path,
		const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list arguments;

	if (!engine_wants(events, level))
		return;
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	events->message(events->context, level, path, text ? text : "out of memory");
}

void engine_progress(const struct engine_events *events, size_t done, size_t total,
		     const char *kernel)
{
	if (events && events->progress)
		events->progress(events->context, done, total, kernel);
}
