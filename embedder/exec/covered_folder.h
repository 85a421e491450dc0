/* SPDX-License-Identifier: MIT */
/*
 * A folder of the system with one more file in it, for the processes of this mount namespace.
 */
#ifndef COREBTF_EXEC_COVERED_FOLDER_H
#define COREBTF_EXEC_COVERED_FOLDER_H

#include <stddef.h>

#include "runtime/util/reason.h"

/*
 * Covers @folder with a tmpfs in which everything is as before, with what is mounted there, and
 * there is also @file with these bytes. Nothing can be created or removed in the folder itself any
 * more.
 *
 * @folder: a folder that exists. @file: a path below it; its folders are made. What @folder had
 * under the first name in @file is gone, with all that was in it.
 * Call it after private_mounts_enter(). The working directory stays what it was.
 * Errors: -ENOENT, -ENOTDIR no such folder; those of mount(2) and write(2). After one the folder
 * may be covered halfway.
 */
int covered_folder_make(const char *folder, const char *file, const void *data, size_t size,
			struct reason *why);

#endif
