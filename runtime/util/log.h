/* SPDX-License-Identifier: MIT */
/*
 * The log: one line for each step, passed to the caller's log function. The last line before a
 * failure is returned says which file, what and why.
 */
#ifndef COREBTF_LOG_H
#define COREBTF_LOG_H

#include <stdbool.h>

#include <corebtf.h>

struct log {
	corebtf_log_fn write; /* NULL: there is no log, and nothing is formatted */
	void *context;
	const char *subject; /* the file that is read, named in each failure */
};

/*
 * Sets where lines go: to @write, or when that is NULL and $COREBTF_LOG is "1" to stderr. A program
 * with more rights than its caller does not read the variable.
 */
void log_set_output(struct log *log, corebtf_log_fn write, void *context);

static inline bool log_is_on(const struct log *log)
{
	return log->write != NULL;
}

__attribute__((format(printf, 2, 3))) void log_line(const struct log *log, const char *format, ...);

/* Logs "SUBJECT: ..." and returns @error, so that a failure takes one line of code. */
__attribute__((format(printf, 3, 4))) int log_error(const struct log *log, int error,
						    const char *format, ...);

#endif
