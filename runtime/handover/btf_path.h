/* SPDX-License-Identifier: MIT */
/*
 * Bytes in, a path for libbpf out. Freeing the path closes and removes the file behind it.
 * Thread-safe. Paths of equal bytes share one file.
 */
#ifndef COREBTF_BTF_PATH_H
#define COREBTF_BTF_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/handover/draft.h"
#include "runtime/util/log.h"

/*
 * @ret_path: malloc'd, freed with btf_path_free().
 * Errors: -EMFILE, -ENFILE, -ENOMEM; the error of memfd_create(2) when nothing else works either;
 * -ENOSPC there is no /proc and no folder for a file. Each attempt is logged.
 */
int btf_path_new(const void *data, size_t size, const struct log *log, char **ret_path);

/* The same for a draft that may have a name; it is closed, on failure as well. */
int btf_path_of_draft(struct draft *draft, const struct log *log, char **ret_path);

/* A path to a file that is not ours, say the user's: freed like the others, but the file stays.
 * -ENOMEM. */
int btf_path_of_file(const char *name, char **ret_path);

/* Frees a path, and with the last path to a file that file. False: it is no path of ours and was
 * left alone. */
bool btf_path_free(char *path);

#endif
