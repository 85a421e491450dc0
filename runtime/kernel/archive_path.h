/* SPDX-License-Identifier: MIT */
/*
 * The path of a BTF in BTFHub's layout in, the kernel it is for out. Folders, tars and repositories
 * all go by this one rule:
 *
 *	[ANYTHING/]ID/VERSION/MACHINE/RELEASE.btf[.tar][.xz|.gz|.zst|.bz2|.lz4]
 *
 *  - Only the last four names count. What stands above them (a mount point, the folder that was
 *    packed) differs from user to user.
 *  - A folder btfhub-archive, and one whose name begins with a dot ("." too), ends the key: neither
 *    it nor anything above it is a part of it.
 *  - With fewer than three folders left, it is not clear which of ID and VERSION is
 *    missing: both are not known. So is one that is called "unknown", as `corebtf convert` has to
 *    call it.
 *  - MACHINE is any name, and becomes the canonical one of machine.h where that knows it. The
 *    embedder refuses the names that machine.h does not know, since a folder that has nothing to
 *    do with a machine would become half of a key. The runtime compares the name with that of the
 *    kernel it runs on, so an unknown machine works there.
 *  - A file that begins with a dot (._5.4.0.btf, as macOS's tar makes them) is no BTF.
 */
#ifndef COREBTF_ARCHIVE_PATH_H
#define COREBTF_ARCHIVE_PATH_H

#include <stdbool.h>

#include "runtime/kernel/kernel_id.h"

#define ARCHIVE_PATH_ROOT    "btfhub-archive"
#define ARCHIVE_PATH_UNKNOWN "unknown"

/* Where the ending starts in the name of a BTF's file, with or without folders before it: ".btf" or
 * ".btf.tar.xz" in what follows the release. NULL: it is no name of a BTF. */
const char *archive_path_ending(const char *path);

/* Whether the name is one of a raw BTF, RELEASE.btf. */
bool archive_path_is_raw(const char *path);

/*
 * Cuts @path into its names, in place. False: archive_path_ending() is NULL, and @path is as it
 * was.
 * @ret_id: points into @path, or to static strings; the machine is "" when no folder is one. There
 * is no uname -v and no build-id in a path.
 */
bool archive_path_cut(char *path, struct kernel_id *ret_id);

#endif
