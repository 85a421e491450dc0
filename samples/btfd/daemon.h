/* SPDX-License-Identifier: MIT */
/*
 * The daemon's life: load, tell that it is ready, print events, reload, stop.
 *
 * Signals arrive through a file descriptor, beside the events, and are handled between two rounds
 * of events, never in the middle of something.
 */
#ifndef BTFD_DAEMON_H
#define BTFD_DAEMON_H

#include "settings.h"

/* Runs till SIGTERM or SIGINT. Returns 0, or a negative errno after a line on standard error. */
int daemon_run(const struct settings *settings);

#endif
