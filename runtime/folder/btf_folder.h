/* SPDX-License-Identifier: MIT */
/*
 * A folder in BTFHub's layout in, the path of the one BTF for a kernel out:
 *
 *	ubuntu/20.04/x86_64/5.4.0-58-generic.btf
 *	ubuntu/20.04/x86_64/5.4.0-58-generic.btf.tar.xz
 *
 * below the folder, or below btfhub-archive/ in it.
 */
#ifndef COREBTF_BTF_FOLDER_H
#define COREBTF_BTF_FOLDER_H

#include <corebtf.h>

#include "runtime/kernel/kernel.h"

/*
 * Reads the names of folders, three levels of them, and asks in each of the last for the one
 * release; opens no file but the one that is chosen, and those that have to be compared with it.
 * A raw BTF is taken before a packed one beside it.
 *
 * @kernel: its release is known.
 * @ret_path: ended with btf_path_free(). @ret_origin: all of it but the source is filled in.
 * Errors: -ENOENT no BTF for this kernel; -ENODATA there are no such folders at all; -ENOTDIR;
 * those of btf_file.h and of scandir(3): a folder that cannot be read is one that may have had
 * the right BTF.
 */
int btf_folder_path(const char *folder, struct kernel *kernel, const struct log *log,
		    char **ret_path, struct corebtf_origin *ret_origin);

#endif
