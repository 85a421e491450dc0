/* SPDX-License-Identifier: MIT */
/*
 * `corebtf run --watch`: runs a runner, and replaces it when there is a new version, new before
 *old:
 *
 *	the new runner loads, attaches, and waits ── the old one prints what it has, and ends ── the
 *	new one prints
 *
 * So no event is lost, events of the time in which both are attached are printed twice, and lines
 * of the two do not mix. If the new version does not load, the old one goes on.
 */
#ifndef COREBTF_CLI_RUN_WATCH_H
#define COREBTF_CLI_RUN_WATCH_H

#include "embedder/cli/change_watch.h"
#include "embedder/cli/runner_process.h"

/* Returned by run_watch_version.prepare(). */
enum { RUN_WATCH_SAME, RUN_WATCH_NEW };

struct run_watch_version {
	const char *what; /* the file or URL, for messages */
	struct change_watch *change;
	/* Makes what is there now ready to start, and fills in @start. RUN_WATCH_SAME: it is what
	 * was there the last time; negative: it cannot be used, which is reported. @ask: start it
	 * again even if it is the same. */
	int (*prepare)(void *context, bool again, struct runner_start *start);
	void *context;
};

/* Until a signal comes or the runner ends. Returns the status to end with. */
int run_watch(const struct run_watch_version *version);

#endif
