/* SPDX-License-Identifier: MIT */
/*
 * How far long work has come. On a terminal a bar in the last line; elsewhere a plain line for
 * every tenth, or every ten seconds, once the work has taken two seconds; with --quiet nothing.
 * There is one terminal, so there is one progress; any thread may step it.
 */
#ifndef COREBTF_CLI_PROGRESS_H
#define COREBTF_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* @what: what is counted, in plural ("kernels"); static. @total: 0 when it is not known in advance:
 * there is a count then in place of a bar. @is_shown: false with --quiet. */
void progress_start(const char *what, size_t total, bool is_shown);

/* One more is done; @current names it. */
void progress_step(const char *current);

/* Work whose steps somebody else counts: @text stands in the last line of the terminal until the
 * next call, line or progress_end(). Nothing where there is no terminal. */
void progress_show(const char *text);
bool progress_on_terminal(void);

/* Takes the bar off the terminal, so that a line can be printed; the next step brings it back.
 * The caller holds the lock of stderr. */
void progress_hide(void);

void progress_end(void);

#endif
