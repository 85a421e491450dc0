/* SPDX-License-Identifier: MIT */
/*
 * Lines quote strings out of untrusted files. Bytes that could end a line or control a terminal are
 * replaced by '?', so that one line stays one line.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/util/log.h"

#define LINE_SIZE 1024

static void hand_over(const struct log *log, char *line)
{
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	log->write(log->context, line);
}

static void write_to_stderr(void *context, const char *line)
{
	(void)context;
	dprintf(STDERR_FILENO, "corebtf: %s\n", line);
}

void log_set_output(struct log *log, corebtf_log_fn write, void *context)
{
	const char *wanted = write ? NULL : secure_getenv("COREBTF_LOG");

	log->write = wanted && !strcmp(wanted, "1") ? write_to_stderr : write;
	log->context = context;
}

void log_line(const struct log *log, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	if (!log_is_on(log))
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	hand_over(log, line);
}

int log_error(const struct log *log, int error, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;
	int length;

	if (!log_is_on(log))
		return error;
	length = snprintf(line, sizeof(line), "%s: ", log->subject);
	if (length < 0 || (size_t)length >= sizeof(line))
		length = 0; /* a name that fills the line: what went wrong matters more */
	va_start(arguments, format);
	vsnprintf(line + length, sizeof(line) - (size_t)length, format, arguments);
	va_end(arguments);
	hand_over(log, line);
	return error;
}
