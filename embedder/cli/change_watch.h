/* SPDX-License-Identifier: MIT */
/*
 * Tells when a file was written or replaced (inotify), or when it is time to ask a server again.
 */
#ifndef COREBTF_CLI_CHANGE_WATCH_H
#define COREBTF_CLI_CHANGE_WATCH_H

#include <stdbool.h>

#include "runtime/util/reason.h"

struct change_watch {
	int fd;		  /* readable: perhaps; -1: not open */
	const char *name; /* of the file in its folder; NULL: a timer */
};

/* @path: of a file that is there. Errors: those of inotify_add_watch(2). */
int change_watch_file(const char *path, struct change_watch *ret_watch, struct reason *why);

/* Every @seconds. */
int change_watch_time(unsigned int seconds, struct change_watch *ret_watch, struct reason *why);

/* Reads what is there; whether it is about the file, or the time has come. */
bool change_watch_read(const struct change_watch *watch);

void change_watch_close(struct change_watch *watch); /* for _cleanup_ */

#endif
