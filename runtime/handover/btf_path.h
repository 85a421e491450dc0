/* SPDX-License-Identifier: MIT */
/*
 * Bytes in, a path for libbpf out; and the other way, the path in and everything behind it gone.
 * Thread-safe. Paths of equal bytes share one file.
 */
#ifndef COREBTF_BTF_PATH_H
#define COREBTF_BTF_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/handover/draft.h"
#include "runtime/util/log.h"

/*
 * @ret_path: malloc'd, ended with btf_path_free().
 * Errors: -EMFILE, -ENFILE, -ENOMEM; what memfd_create(2) said when nothing else works either;
 * -ENOENT there is no /proc and no folder for a file. The log is told of each attempt.
 */
int btf_path_new(const void *data, size_t size, const struct log *log, char **ret_path);

/* The same for a draft that may have a name; it is closed, on failure as well. */
int btf_path_of_draft(struct draft *draft, const struct log *log, char **ret_path);

/* A path to a file that is somebody else's, say the user's: freed like the others, while the file
 * itself stays where it is. -ENOMEM. */
int btf_path_of_file(const char *name, char **ret_path);

/* False, and nothing is touched, for what is no such path. The file goes with its last path. */
bool btf_path_free(char *path);

#endif
