/* SPDX-License-Identifier: MIT */
/*
 * Writes a tar, packed as its name says. The same files always give the same bytes: no time stamps
 * (neither in the members nor in gzip's header), no owner, mode 0644, one thread, fixed settings.
 * Another version of a packing library may write other bytes.
 */
#ifndef COREBTF_ARCHIVE_ARCHIVE_WRITER_H
#define COREBTF_ARCHIVE_ARCHIVE_WRITER_H

#include <stddef.h>

#include "runtime/util/reason.h"

enum archive_packing {
	ARCHIVE_PLAIN,
	ARCHIVE_GZIP,
	ARCHIVE_XZ,
	ARCHIVE_ZSTD,
};

/* The packing that the name of an archive stands for: .tar, .tar.gz or .tgz, .tar.xz or .txz,
 * .tar.zst or .tzst. -EINVAL: it ends in none of them. */
int archive_packing_from_name(const char *path, enum archive_packing *ret_packing);

/* One regular file of the archive. Its name is written as it is. */
struct archive_file {
	const char *name;
	const void *data;
	size_t size;
};

/*
 * Packs the files in the order of the array, without entries for their folders.
 *
 * The format is ustar, which every reader takes; if a name is too long for it (more than 100
 * bytes that cannot be cut at a '/' so that at most 155 and 100 are left), the one of GNU tar.
 *
 * @ret_archive: malloc'd, the caller frees it. Errors: -EIO libarchive cannot pack,
 * -EOPNOTSUPP it cannot be loaded, -ENOMEM.
 */
int archive_writer_pack(enum archive_packing packing, const struct archive_file *files,
			size_t count, void **ret_archive, size_t *ret_size, struct reason *why);

#endif
