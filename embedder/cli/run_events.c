/* SPDX-License-Identifier: MIT */
#include "embedder/cli/run_events.h"

#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"

static void print_message(void *context, enum engine_level level, const char *path,
			  const char *text)
{
	void (*report)(const char *format, ...) =
		level == ENGINE_NOTE ? report_note : report_detail;

	(void)context;
	if (level == ENGINE_FAILURE)
		report_failure(path, "%s", text);
	else
		report("%s%s%s", path ? path : "", path ? ": " : "", text);
}

static void show_progress(void *context, size_t done, size_t total, const char *kernel)
{
	(void)context;
	if (done)
		progress_step(kernel);
	else
		progress_start("kernels", total, report_level() != REPORT_QUIET);
}

const struct engine_events *run_events(void)
{
	static struct engine_events events = {
		.message = print_message,
		.progress = show_progress,
	};

	events.details = report_level() == REPORT_VERBOSE;
	return &events;
}
