/* SPDX-License-Identifier: MIT */
/*
 * One run of git. It never asks on the terminal, runs no hooks of a repository, does not start
 * its own housekeeping, and works in the given folder: variables that would lead it to
 * another repository (GIT_DIR and its like, set inside of hooks) are taken out. How it reaches
 * servers is left to the user's settings: proxies, credentials, insteadOf.
 */
#ifndef COREBTF_HUB_GIT_H
#define COREBTF_HUB_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/util/byte_buffer.h"
#include "embedder/util/reason.h"

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
 * Runs `git ARGUMENTS`, a list that ends with NULL. A signal that is to end us is passed on to
 * git first, so that it takes its temporary files away.
 * Errors: -ENOENT there is no git; -EIO it failed, with what it said in @why; -EFBIG it printed
 * more than we take; -EINTR; those of pipe(2) and posix_spawn(3).
 */
int git_run(const struct git_run *run, const char *const *arguments, struct reason *why);

#endif
