/* SPDX-License-Identifier: MIT */
/*
 * An archive from outside in, its members out: one at a time, in the archive's order, the data only
 * if it is asked for. Nothing is written anywhere.
 *
 * An archive is a tar of any format, a .deb (the files in it) or an .rpm, each plain or packed with
 * gzip, xz, zstd, bzip2 or lz4; what it is, its first bytes say. It is gone through once, to its
 * very end, where damage shows that the data does not.
 */
#ifndef COREBTF_ARCHIVE_ARCHIVE_READER_H
#define COREBTF_ARCHIVE_ARCHIVE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/util/reason.h"

/* Folders, devices and the like are not handed out. */
enum archive_kind { ARCHIVE_FILE, ARCHIVE_HARD_LINK, ARCHIVE_SYMBOLIC_LINK };

/* Strings are the reader's and live until its next call. */
struct archive_member {
	enum archive_kind kind;
	const char *name; /* normalised (member_name.h): relative, without "." and ".." */
	const char *link; /* where a link leads: of a hard link the name of an earlier member,
			   * normalised; of a symbolic link its text. "" for a file */
	uint64_t size;	  /* of a file, as its header says; 0 for a link */
};

struct archive_reader;

/*
 * Told of what is in the archive and not handed out: a member whose name leads out of it or cannot
 * be shown, a damaged stretch, bytes behind the end. @name is "" where there is none; it may hold
 * any byte but NUL. NULL in place of the function: nobody is told.
 */
typedef void (*archive_skip_fn)(void *context, const char *name, const char *why);

/*
 * Only regular files. Reasons here and below are without the path.
 * Errors: those of regular_file_open(), -EBADMSG empty or damaged, -ENODATA a .deb
 * without files, -EOPNOTSUPP libarchive was built without its packing, -ENOMEM.
 */
int archive_reader_open(const char *path, archive_skip_fn skip, void *context,
			struct archive_reader **ret_reader, struct reason *why);

/*
 * Goes on to the next member. Returns 1, 0 at the end, or what makes the rest unreadable: -EBADMSG
 * no archive, damaged, cut off, -EFBIG unpacks to far more than its size (packed_stream.h),
 * -ENOMEM, those of read(2). The reader can then only be closed.
 */
int archive_reader_next(struct archive_reader *reader, struct archive_member *ret_member,
			struct reason *why);

/*
 * The data of the current member, which is a file; once.
 * @limit: a larger one is refused before memory is taken for it.
 * @ret_data: malloc'd, the caller frees it; never NULL on success, also when the file is empty.
 * Errors: -EFBIG above @limit, and those of archive_reader_next(). After -EFBIG the next member can
 * be asked for.
 */
int archive_reader_read(struct archive_reader *reader, size_t limit, void **ret_data,
			size_t *ret_size, struct reason *why);

void archive_reader_close(struct archive_reader *reader); /* NULL is fine */

#endif
