/* SPDX-License-Identifier: MIT */
/*
 * The folders for a file when there is no memfd, best first.
 */
#ifndef COREBTF_TEMP_FOLDER_H
#define COREBTF_TEMP_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Folder @number, an absolute path, or NULL after the last. It need not exist or be writable. The
 * string belongs to the environment or is static. */
const char *temp_folder_at(size_t number);

/*
 * Whether only root and this user can replace a file of ours in @folder: the folder and all above
 * it belong to one of the two, and are sticky where others may write.
 */
bool temp_folder_is_safe(const char *folder);

#endif
