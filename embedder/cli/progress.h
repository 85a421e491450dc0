/* SPDX-License-Identifier: MIT */
/*
 * Progress of long work. On a terminal a bar in the last line; elsewhere a plain line for every
 * tenth, or every ten seconds, once the work has taken two seconds; with --quiet nothing. There
 * is one terminal, so there is one progress; any thread may step it.
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

/* For work whose steps are counted elsewhere: shows @text in the last line of the terminal until
 * the next call, line or progress_end(). Without a terminal it does nothing. */
void progress_show(const char *text);
bool progress_on_terminal(void);

/* Erases the bar, so that a line can be printed; the next step draws it again. The caller holds
 * the lock of stderr. */
void progress_hide(void);

void progress_end(void);

#endif
