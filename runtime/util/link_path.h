/* SPDX-License-Identifier: MIT */
/*
 * Paths inside an archive, and the one rule by which links in it are followed:
 *
 *  - A hard link names a member from the archive's root. A symbolic link's text starts in the
 *    folder that the link is in, or at the root when it begins with '/'.
 *  - "." and ".." are resolved by name. A path that goes above the root leads out of the archive.
 *  - A chain has at most LINK_PATH_FOLLOWED_MAX links; a longer one is treated as a loop.
 *  - Of several members with one name the last counts, as tar leaves that one on the disk.
 */
#ifndef COREBTF_LINK_PATH_H
#define COREBTF_LINK_PATH_H

#include <stdbool.h>

/* As many as Linux follows (path_resolution(7)). */
#define LINK_PATH_FOLLOWED_MAX 40

/* PATH_MAX: longer than this is no file's path. */
#define LINK_PATH_SIZE 4096

/*
 * "./a//b/../c" becomes "a/c". @folder_of: the normalised path of a symbolic link, whose folder
 * @path starts in unless it begins with '/'; NULL: @path starts at the root. Returns false and
 * sets @out to "" when the path leads out of the archive or does not fit. "" with true is the root
 * itself.
 */
bool link_path_normalise(const char *path, const char *folder_of, char out[static LINK_PATH_SIZE]);

#endif
