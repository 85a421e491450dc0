/* SPDX-License-Identifier: MIT */
/*
 * Reads the members of an archive one at a time, in the archive's order, and a member's data only
 * on request. Nothing is written to disk.
 *
 * An archive is a tar of any format, a .deb (the files in it) or an .rpm, each plain or packed with
 * gzip, xz, zstd, bzip2 or lz4, recognised by the first bytes. It is read once and to its end: the
 * checksums there show damage that the data does not.
 */
#ifndef COREBTF_ARCHIVE_ARCHIVE_READER_H
#define COREBTF_ARCHIVE_ARCHIVE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"

/* Folders, devices and the like are not returned. */
enum archive_kind { ARCHIVE_FILE, ARCHIVE_HARD_LINK, ARCHIVE_SYMBOLIC_LINK };

/* The strings belong to the reader and are valid until its next call. */
struct archive_member {
	enum archive_kind kind;
	const char *name; /* normalised (member_name.h): relative, without "." and ".." */
	const char *link; /* of a hard link: the normalised name of an earlier member; of a
			   * symbolic link: its text; "" for a file */
	uint64_t size;	  /* of a file, as its header says; 0 for a link */
};

struct archive_reader;

/*
 * Called for what is in the archive and not returned: a member whose name leads out of it or cannot
 * be shown, a damaged stretch, bytes after the end. @name is "" where there is none; it may hold
 * any byte but NUL. The function may be NULL.
 */
typedef void (*archive_skip_fn)(void *context, const char *name, const char *why);

/*
 * @path: a regular file. No @why here or below has the path in it.
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

/*
 * The same, a piece at a time, for a caller that does not keep all of it. The pieces come in order
 * and lie within the member's size; between them, where a sparse file has holes, are zeros. What
 * @take returns other than 0 ends the reading; the next member can then be asked for.
 */
typedef int (*archive_piece_fn)(void *context, uint64_t offset, const void *piece, size_t size);
int archive_reader_read_pieces(struct archive_reader *reader, archive_piece_fn take, void *context,
			       struct reason *why);

void archive_reader_close(struct archive_reader *reader); /* NULL is fine */

#endif
