/* SPDX-License-Identifier: MIT */
/*
 * The folders for a file of ours when there is no memfd, best first.
 */
#ifndef COREBTF_TEMP_FOLDER_H
#define COREBTF_TEMP_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Folder @number, an absolute path, or NULL after the last. It need not exist or be writable. The
 * string is the environment's or static. */
const char *temp_folder_at(size_t number);

/*
 * Whether what a name of ours in @folder leads to can be changed by nobody but root and us: the
 * folder and all above it belong to root or us, and where others may write they are sticky.
 */
bool temp_folder_is_safe(const char *folder);

#endif
