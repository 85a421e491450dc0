/* SPDX-License-Identifier: MIT */
/*
 * In: what happened. Out: one line on stderr.
 *
 * The lock of stderr itself keeps threads apart, so the progress bar (progress.h) can share it.
 */
#include "embedder/cli/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "embedder/cli/progress.h"
#include "embedder/util/text.h"
#include "embedder/util/cleanup.h"

static enum report_level current_level = REPORT_NORMAL;

void report_set_level(enum report_level level)
{
	current_level = level;
}

enum report_level report_level(void)
{
	return current_level;
}

/* A line of its own, in one write where the C library allows it. */
__attribute__((format(printf, 2, 0))) static void print_line(const char *file, const char *format,
							     va_list arguments)
{
	_cleanup_free_ char *text = NULL, *line = NULL, *printable = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	if (asprintf(&line, "corebtf: %s%s%s", file ? file : "", file ? ": " : "",
		     text ? text : "out of memory") < 0)
		line = NULL;
	if (line)
		printable = text_printable(line);
	flockfile(stderr);
	progress_hide();
	fprintf(stderr, "%s\n", printable ? printable : "corebtf: out of memory");
	funlockfile(stderr);
}

void report_failure(const char *file, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(file, format, arguments);
	va_end(arguments);
}

void report_note(const char *format, ...)
{
	va_list arguments;

	if (current_level < REPORT_NORMAL)
		return;
	va_start(arguments, format);
	print_line(NULL, format, arguments);
	va_end(arguments);
}

void report_detail(const char *format, ...)
{
	va_list arguments;

	if (current_level < REPORT_VERBOSE)
		return;
	va_start(arguments, format);
	print_line(NULL, format, arguments);
	va_end(arguments);
}
