/* SPDX-License-Identifier: MIT */
/*
 * What a running tool waits for: events, the end of --duration, the next --interval, a signal.
 */
#ifndef COREBTF_RUNNER_WAITING_H
#define COREBTF_RUNNER_WAITING_H

#include "runtime/util/reason.h"

enum waiting_result {
	WAITING_EVENTS,	  /* there are some in the buffers */
	WAITING_INTERVAL, /* maps are due */
	WAITING_END,	  /* the time is over */
	WAITING_SIGNAL,	  /* SIGINT or SIGTERM */
};

struct waiting {
	int epoll, signals, duration, interval; /* -1: none */
};

/* From here on SIGINT and SIGTERM end no process but are reported. Seconds of 0: none. @buffers:
 * the fd of buffers_fd(), or -1. */
int waiting_start(struct waiting *waiting, int buffers, double duration, double interval,
		  struct reason *why);

/* Waits for the next of them. The time, an interval and a signal come before events. Returns one of
 * the results, or a negative errno. */
int waiting_next(struct waiting *waiting);
void waiting_stop(struct waiting *waiting); /* for _cleanup_ */

#endif
