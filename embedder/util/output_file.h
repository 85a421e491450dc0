/* SPDX-License-Identifier: MIT */
/*
 * A file that is written whole or not at all: a temporary file in the same folder, flushed,
 * checked and renamed over the destination. A failure leaves the old file as it was.
 */
#ifndef COREBTF_UTIL_OUTPUT_FILE_H
#define COREBTF_UTIL_OUTPUT_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "embedder/util/reason.h"

struct output_file {
	char *path;	      /* the destination, symlinks followed */
	char *temporary_path; /* NULL after commit or abandon */
	int fd;		      /* open for writing */
};

/*
 * @like: a file whose mode, owner and file capabilities the result takes; NULL: mode 0666 less
 * the umask, or those of the file that is at @path already.
 * A destination that is no regular file (/dev/stdout, a pipe) is written to directly.
 */
int output_file_open(const char *path, const char *like, struct output_file *ret_file,
		     struct reason *why);
int output_file_write(struct output_file *file, const void *data, size_t size, struct reason *why);

/* Flushes, checks and renames. After it, or after abandon, the struct is empty. */
int output_file_commit(struct output_file *file, struct reason *why);

/* Removes the temporary file; for _cleanup_: does nothing after commit. */
void output_file_abandon(struct output_file *file);

/* All of the above in one call. */
int output_file_save(const char *path, const char *like, const void *data, size_t size,
		     struct reason *why);

#endif
