/* SPDX-License-Identifier: MIT */
/*
 * Why something failed, as text, returned with the -errno. The caller that knows the consequence
 * (the daemon does not start, or keeps the old programs) makes one line of it.
 */
#ifndef BTFD_REASON_H
#define BTFD_REASON_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reason {
	char text[512];
};

/* Writes the words and returns @error, a negative errno. */
__attribute__((format(printf, 3, 4))) static inline int reason_set(struct reason *reason, int error,
								   const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason->text, sizeof(reason->text), format, arguments);
	va_end(arguments);
	return error;
}

/* As reason_set(), with the words for @error: "WHAT: No such file or directory". */
static inline int reason_errno(struct reason *reason, int error, const char *what)
{
	return reason_set(reason, error, "%s: %s", what, strerror(-error));
}

#endif
