/* SPDX-License-Identifier: MIT */
/*
 * A folder below which files are written by untrusted names, such as those in an archive.
 * Nothing is written outside of it, whatever it contains already:
 *
 *  - The folder itself may be a symbolic link; below it none is followed, in no part of a name.
 *  - Missing folders are made, with mode 0777 less the umask. A file that exists is replaced;
 *    anything else in its place (folder, link, device) is left alone, and an error.
 *  - Each file is there as a whole or not at all: written under another name, then renamed. A
 * killed run leaves files behind that are called .corebtf-XXXXXX. As with tar -x, files are not
 * flushed to the disk one by one: after a power cut, write the whole folder again.
 */
#ifndef COREBTF_UTIL_OUTPUT_FOLDER_H
#define COREBTF_UTIL_OUTPUT_FOLDER_H

#include <stddef.h>

#include "runtime/util/reason.h"

struct output_folder {
	int fd; /* -1: not open */
};

/* Opens @path, and makes it when it is not there; but not the folders above it. It is an error when
 * no file can be made in it. */
int output_folder_open(const char *path, struct output_folder *ret_folder, struct reason *why);

/*
 * @name: relative, parts between single slashes, none of them ".", ".." or empty (-EINVAL).
 * Errors: -ELOOP a part is a symbolic link; -ENOTDIR; -EEXIST what is there is no file; those of
 * the system calls. Reasons name the part that they are about.
 */
int output_folder_save(const struct output_folder *folder, const char *name, const void *data,
		       size_t size, struct reason *why);

/* Reads such a file back, if it is a regular one of at most @limit bytes. @ret_data: malloc'd, the
 * caller frees it; never NULL on success. Errors: as above; -EFBIG. */
int output_folder_read(const struct output_folder *folder, const char *name, size_t limit,
		       void **ret_data, size_t *ret_size, struct reason *why);

void output_folder_close(struct output_folder *folder); /* for _cleanup_ */

#endif
