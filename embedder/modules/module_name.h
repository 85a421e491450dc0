/* SPDX-License-Identifier: MIT */
/*
 * The path of a module's file -> the module's name, and the release of its kernel's folder.
 */
#ifndef COREBTF_MODULES_MODULE_NAME_H
#define COREBTF_MODULES_MODULE_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* The kernel's own limit is 56. */
#define MODULE_NAME_SIZE 64

/*
 * The name that the kernel has for the module in the file @path: "net/nf-nat.ko.xz" is "nf_nat".
 * False: it is not named like a module (NAME.ko, also with .gz, .xz, .zst or .debug at the end), or
 * the name is too long.
 */
bool module_name_read(const char *path, char ret_name[MODULE_NAME_SIZE]);

/* Whether @member of a package lies in modules/@release/, where the modules of one kernel are. */
bool module_name_is_of(const char *member, const char *release);

/* Whether @member is a module in such a folder, of any release. */
bool module_name_is_path(const char *member);

/* Whether two names are of one module: '-' and '_' are the same. */
bool module_name_equals(const char *a, const char *b);

#endif
