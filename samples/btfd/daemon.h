/* SPDX-License-Identifier: MIT */
/*
 * The daemon: load, report that it is ready, print events, reload, stop.
 *
 * Signals arrive through a file descriptor and are handled between two rounds of events.
 */
#ifndef BTFD_DAEMON_H
#define BTFD_DAEMON_H

#include "settings.h"

/* Runs until SIGTERM or SIGINT. Returns 0, or a negative errno after a line on standard error. */
int daemon_run(const struct settings *settings);

#endif
