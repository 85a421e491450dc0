/* SPDX-License-Identifier: MIT */
/*
 * What a running tool waits for: events, the end of --duration, the next --interval, a signal.
 */
#ifndef COREBTF_RUNNER_WAITING_H
#define COREBTF_RUNNER_WAITING_H

#include "runtime/util/reason.h"

enum {
	WAITING_EVENTS = 1,   /* there are some in the buffers */
	WAITING_METRICS = 2,  /* somebody asks for them */
	WAITING_INTERVAL = 4, /* maps are due */
	WAITING_END = 8,      /* the time is over */
	WAITING_SIGNAL = 16,  /* SIGINT or SIGTERM */
};

struct waiting {
	int epoll, signals, duration, interval; /* -1: none */
};

struct waiting_options {
	int events, metrics;	   /* descriptors; -1: none */
	double duration, interval; /* seconds; 0: none */
};

/* From here on SIGINT and SIGTERM end no process but are reported. */
int waiting_start(struct waiting *waiting, const struct waiting_options *options,
		  struct reason *why);

/* Waits for any of them, or @timeout milliseconds (-1: no end). Returns which there are, together;
 * 0 after the timeout; or a negative errno. */
int waiting_next(struct waiting *waiting, int timeout);
void waiting_stop(struct waiting *waiting); /* for _cleanup_ */

#endif
