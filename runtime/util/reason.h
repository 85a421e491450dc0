/* SPDX-License-Identifier: MIT */
/*
 * Why something failed, in words, carried up beside the -errno.
 *
 * The function that sees the fault writes what and why; the one that knows the file name prints
 * it: `corebtf: FILE: WHAT`. A NULL reason is fine everywhere: the words are then dropped.
 */
#ifndef COREBTF_REASON_H
#define COREBTF_REASON_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reason {
	char text[400];
};

/* Writes the words and returns @error (a negative errno), so that one line does both:
 * return reason_set(why, -EBADMSG, "type [%u]: ...", id); */
__attribute__((format(printf, 3, 4))) static inline int reason_set(struct reason *reason, int error,
								   const char *format, ...)
{
	va_list arguments;

	if (reason) {
		va_start(arguments, format);
		vsnprintf(reason->text, sizeof(reason->text), format, arguments);
		va_end(arguments);
	}
	return error;
}

/* A system call failed: "WHAT: No such file or directory". @error is the negative errno. */
static inline int reason_errno(struct reason *reason, int error, const char *what)
{
	return reason_set(reason, error, "%s: %s", what, strerror(-error));
}

#endif
