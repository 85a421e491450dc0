/* SPDX-License-Identifier: MIT */
/*
 * One run of git. It never asks on the terminal, runs no hooks of a repository, does not start its
 * own housekeeping, and works in the given folder: variables that would lead it to another
 * repository (GIT_DIR and the like, set inside of hooks) are removed. The user's settings for
 * reaching servers hold: proxies, credentials, insteadOf.
 */
#ifndef COREBTF_HUB_GIT_H
#define COREBTF_HUB_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/util/byte_buffer.h"
#include "runtime/util/reason.h"

/* A line of git's standard error, without its end. @passing: git will write over it (progress). */
typedef void (*git_show_fn)(void *context, const char *line, bool passing);

struct git_run {
	const char *folder; /* where it runs, absolute; no repository is looked for above it */
	const char *index;  /* file of the index, relative to @folder; NULL: the usual one */
	const char *input;  /* for its standard input */
	size_t input_size;
	struct byte_buffer *output; /* what it prints is appended; may be NULL */
	git_show_fn show;	    /* may be NULL */
	void *context;		    /* for @show */
};

/*
 * Runs `git ARGUMENTS`, a list that ends with NULL. A signal that is to end us is passed on to git
 * first, so that it removes its temporary files; when we are killed, git gets SIGTERM. To be called
 * from the main thread: git ends with the thread that started it. Errors: -ENOENT there is no git;
 * -EIO it failed, with its message in @why; -EFBIG it printed too much; -EINTR; those of pipe(2),
 * vfork(2) and execve(2).
 */
int git_run(const struct git_run *run, const char *const *arguments, struct reason *why);

#endif
