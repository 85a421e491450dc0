/* SPDX-License-Identifier: MIT */
/*
 * How far long work has come. On a terminal a bar in the last line; elsewhere a plain line for
 * every tenth, once the work has taken two seconds; with --quiet nothing. There is one terminal,
 * so there is one progress; any thread may step it.
 */
#ifndef COREBTF_CLI_PROGRESS_H
#define COREBTF_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* @what: what is counted, in plural ("kernels"); static. @is_shown: false with --quiet. */
void progress_start(const char *what, size_t total, bool is_shown);

/* One more is done; @current names it. */
void progress_step(const char *current);

/* Takes the bar off the terminal, so that a line can be printed; the next step brings it back.
 * The caller holds the lock of stderr. */
void progress_hide(void);

void progress_end(void);

#endif
