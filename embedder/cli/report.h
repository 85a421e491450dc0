/* SPDX-License-Identifier: MIT */
/*
 * Messages to the user, on stderr: standard output has results only. Any thread may report;
 * lines do not mix with each other or the progress bar.
 */
#ifndef COREBTF_CLI_REPORT_H
#define COREBTF_CLI_REPORT_H

enum report_level {
	REPORT_QUIET,	/* failures only */
	REPORT_NORMAL,	/* and what was done */
	REPORT_VERBOSE, /* and the details */
};

void report_set_level(enum report_level level);
enum report_level report_level(void);

/* A failure: `corebtf: FILE: WHAT`. @file may be NULL. */
void report_failure(const char *file, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What was done; not with --quiet. */
void report_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A detail; only with --verbose. */
void report_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
