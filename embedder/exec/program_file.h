/* SPDX-License-Identifier: MIT */
/*
 * A program as it is named on a command line -> its file, as execvp(3) finds it -> that program in
 * place of this process.
 */
#ifndef COREBTF_EXEC_PROGRAM_FILE_H
#define COREBTF_EXEC_PROGRAM_FILE_H

#include "runtime/util/reason.h"

/*
 * @name: a path if it has a slash, else a name that is looked for in the folders of $PATH.
 * @ret_path: malloc'd, with a slash in it. Errors: -ENOENT not found; -EACCES found, and it cannot
 * be run; -ENOMEM; those of stat(2).
 */
int program_file_find(const char *name, char **ret_path, struct reason *why);

/*
 * Replaces this process. A script without #! is run by /bin/sh, as by execvp(3). Returns only when
 * that fails. Errors: -ENOENT also when the interpreter of a script, or the loader of a program, is
 * missing; those of execve(2).
 */
int program_file_run(const char *path, char *const *argv, struct reason *why);

#endif
