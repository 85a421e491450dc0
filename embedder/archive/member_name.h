/* SPDX-License-Identifier: MIT */
/*
 * The name of a member of an archive, normalised or refused. No file is written under such a name,
 * but it is compared, printed, and becomes part of a kernel's key.
 */
#ifndef COREBTF_ARCHIVE_MEMBER_NAME_H
#define COREBTF_ARCHIVE_MEMBER_NAME_H

#include "runtime/util/reason.h"

/* Enough for BTFHub's four folders and a file, with names of 200 bytes. */
#define MEMBER_NAME_MAX 1024

/*
 * Removes empty and "." components and slashes at the end: "./a//b/" becomes "a/b", "./" becomes
 * "".
 * @ret_name: malloc'd, the caller frees it.
 * Errors: -EINVAL too long, absolute, with ".." or a control character in it; -ENOMEM.
 */
int member_name_normalise(const char *raw, char **ret_name, struct reason *why);

#endif
