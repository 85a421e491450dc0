/* SPDX-License-Identifier: MIT */
/*
 * A file that is written whole or not at all: a temporary file in the same folder, flushed,
 * checked and renamed over the destination. A failure leaves the old file as it was.
 *
 *  - A destination that is a symbolic link stays one; the file it leads to is replaced.
 *  - Other hard links to the destination keep the old content, as with every replacement by
 *    rename.
 *  - The temporary file is called .NAME.corebtf-XXXXXX. A run that is killed leaves it behind; the
 *    next one with the same destination removes it, unless another run still has it locked.
 */
#ifndef COREBTF_UTIL_OUTPUT_FILE_H
#define COREBTF_UTIL_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "runtime/util/reason.h"

/* All zero: empty, and abandoning it does nothing. */
struct output_file {
	char *path;	      /* the destination, symlinks followed */
	char *temporary_path; /* NULL after commit or abandon */
	int fd;		      /* open for writing */
	int lock;	      /* the same file once more, to keep it locked until it is renamed */

	/* What the result takes over from another file; only for output_file.c. */
	char *model;	 /* that file; NULL: nothing is taken over */
	bool keep_owner; /* @path is there and belongs to somebody else */
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/*
 * @like: the result takes its mode (with the setuid and setgid bits), owner, file capabilities,
 * POSIX access list and user.* attributes; NULL: those of the file that is at @path already, or
 * mode 0666 less the umask when there is none.
 *
 * It is an error when something cannot be taken over whose loss would change who may do what: the
 * capabilities, the access list, the setuid or setgid bit of another owner or group, and the
 * owner of a file that is there and belongs to another user. Otherwise the file belongs to
 * the user who runs us, as with cp.
 *
 * A destination that is no regular file (/dev/stdout, a pipe) is written to directly.
 * Reasons name the file or folder they are about.
 */
int output_file_open(const char *path, const char *like, struct output_file *ret_file,
		     struct reason *why);
int output_file_write(struct output_file *file, const void *data, size_t size, struct reason *why);

/* Flushes, checks and renames. After it, or after abandon, the struct is empty; it is abandoned
 * when it fails. */
int output_file_commit(struct output_file *file, struct reason *why);

/* Removes the temporary file; for _cleanup_: does nothing after commit. */
void output_file_abandon(struct output_file *file);

/* All of the above in one call. */
int output_file_save(const char *path, const char *like, const void *data, size_t size,
		     struct reason *why);

#endif
