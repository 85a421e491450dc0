/* SPDX-License-Identifier: MIT */
/*
 * A runner that was started, for `corebtf run --watch`: it says when its programs are attached, and
 * prints nothing before it is let.
 */
#ifndef COREBTF_CLI_RUNNER_PROCESS_H
#define COREBTF_CLI_RUNNER_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "runtime/util/reason.h"

struct runner_process {
	pid_t pid;   /* 0: there is none */
	int ready;   /* readable when it sent a message (sd_notify(3)); -1: closed */
	int release; /* closing it lets the runner print; -1: closed */
};

#define RUNNER_PROCESS_NONE                                                                        \
	{                                                                                          \
		.pid = 0, .ready = -1, .release = -1                                               \
	}

struct runner_start {
	const char *path; /* of the runner */
	char **argv;
	const char *bundle;	 /* for $COREBTF_BUNDLE, or NULL */
	int inherited[2];	 /* files that stay open in it; -1: none */
	const sigset_t *signals; /* what it blocks */
};

/* Errors: those of the system calls. That the runner itself cannot be started is its exit status,
 * 127. */
int runner_process_start(const struct runner_start *start, struct runner_process *ret_process,
			 struct reason *why);

/* Reads a message; whether it says that all is attached. */
bool runner_process_is_ready(const struct runner_process *process);

/* Lets it print. */
void runner_process_release(struct runner_process *process);

/* Asks it to end, and waits; after @seconds it is killed. What it has is printed. */
void runner_process_end(struct runner_process *process, int seconds);

/* Closes what is open; the process goes on. */
void runner_process_close(struct runner_process *process);

#endif
