/* SPDX-License-Identifier: MIT */
/*
 * A file that is filled piece by piece, and emptied again when better bytes come, before it gets a
 * path: a memfd, or where there is none a file in a folder.
 */
#ifndef COREBTF_DRAFT_H
#define COREBTF_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "runtime/util/log.h"

/* Callers read @fd (by pread(2), its offset is 0) and @size; the rest is private to draft.c. */
struct draft {
	int fd; /* -1: not open. It changes when the file has to move to another place. */
	size_t size;
	char *name; /* its path; NULL: it has none */
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
 * Opens the best place that works. @may_have_name: a file with a name is allowed if there is no
 * other. Every place that does not work is logged. @log is kept.
 * Errors: -EMFILE, -ENFILE, -ENOMEM; the error of memfd_create(2) when nothing else works either.
 */
int draft_open(struct draft *draft, bool may_have_name, const struct log *log);

/*
 * Adds @size bytes at the end. When the place is full, all bytes move to the next one. Errors:
 * those of draft_open(); after one only draft_close() may be called.
 */
int draft_write(struct draft *draft, const void *data, size_t size);

/* Removes all bytes and frees their memory. Errors: those of ftruncate(2). */
int draft_empty(struct draft *draft);

/*
 * Ends the writing. @ret_status is the file's status. Without a name, the file cannot be changed by
 * @draft->fd from now on. The path is @draft->name, or unnamed_file_path() of the descriptor, which
 * was tested.
 * Errors: those of draft_open(); -ENOSPC there is no /proc and no folder for a file.
 */
int draft_finish(struct draft *draft, struct stat *ret_status);

/* Closes the file and removes its name, if it has one. */
void draft_close(struct draft *draft);

/* Returns a descriptor for the bytes, close-on-exec and at offset 0: a sealed memfd, or an unlinked
 * file, which is read-only when there is a /proc. Errors: those of draft_open(). */
int draft_descriptor(const void *data, size_t size, const struct log *log);

#endif
