/* SPDX-License-Identifier: MIT */
/*
 * A file that is filled piece by piece, and emptied again when something better comes, before
 * anybody else can see it: a memfd, or where there is none a file in a folder. Bytes that are at
 * hand as a whole take the same way in one piece.
 */
#ifndef COREBTF_DRAFT_H
#define COREBTF_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "runtime/util/log.h"

/* Read @fd (by pread(2), it is at offset 0) and @size; the rest is draft.c's. */
struct draft {
	int fd; /* -1: not open. It changes when the file has to move to another place. */
	size_t size;
	char *name; /* its path, where it has one */
	enum draft_place { DRAFT_MEMFD, DRAFT_UNNAMED, DRAFT_NAMED } place;
	size_t folder; /* number of its folder (temp_folder.h) */
	bool may_have_name;
	int refusal; /* why it is not in a better place */
	const struct log *log;
};

/* Nothing to close yet. */
#define DRAFT_NONE                                                                                 \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/*
 * Opens the best place there is. @may_have_name: a file with a name will do if there is no other,
 * that is, for draft_finish(). @log is told of every place that is not to be had, and is kept.
 * Errors: -EMFILE, -ENFILE, -ENOMEM; what memfd_create(2) said when nothing else works either.
 */
int draft_open(struct draft *draft, bool may_have_name, const struct log *log);

/*
 * Adds @size bytes at the end. A place that runs full is left for the next one, with what it held:
 * the errors are those of draft_open(), and draft_close() is all that can be done after one.
 */
int draft_write(struct draft *draft, const void *data, size_t size);

/* Takes all bytes back, and the memory with them. Errors: those of ftruncate(2). */
int draft_empty(struct draft *draft);

/*
 * Ends the writing. @ret_status is the file's; its descriptor @draft->fd now is one to read by.
 * It is found at @draft->name, or at unnamed_file_path() of the descriptor, which was tried.
 * Errors: those of draft_open(); -ENOENT there is no /proc and no folder for a file.
 */
int draft_finish(struct draft *draft, struct stat *ret_status);

/* Closes, and removes a name that nobody took. */
void draft_close(struct draft *draft);

/* Bytes as a descriptor, close-on-exec and at offset 0: of a sealed memfd, or of an unlinked file,
 * for reading alone when there is a /proc. Errors: those of draft_open(). */
int draft_descriptor(const void *data, size_t size, const struct log *log);

#endif
