/* SPDX-License-Identifier: MIT */
/*
 * The name of a member of an archive, made plain, or refused. Nothing is ever written by such a
 * name; but it is compared, and shown to people, and becomes part of a kernel's key.
 */
#ifndef COREBTF_ARCHIVE_MEMBER_NAME_H
#define COREBTF_ARCHIVE_MEMBER_NAME_H

#include "embedder/util/reason.h"

/* Four folders and a file, each a name of 255 bytes at the most, have their place in it. */
#define MEMBER_NAME_MAX 1024

/*
 * Takes out empty and "." components and slashes at the end: "./a//b/" becomes "a/b", and "./" is
 * "".
 * @ret_name: malloc'd, the caller frees it.
 * Errors: -EINVAL too long, absolute, with ".." or a control character in it; -ENOMEM.
 */
int member_name_normalise(const char *raw, char **ret_name, struct reason *why);

#endif
