/* SPDX-License-Identifier: MIT */
/*
 * A tar archive in memory in, its members out: once, in order, the data of a member only if
 * somebody reads it. Formats: v7, ustar, GNU and pax.
 * Sources: pax in POSIX.1-2017, "Basic Tar Format" in the GNU tar manual.
 */
#ifndef COREBTF_TAR_H
#define COREBTF_TAR_H

#include "runtime/tar/tar_stream.h"
#include "runtime/util/link_path.h"

/* A longer name is shown as "". */
#define TAR_NAME_SIZE LINK_PATH_SIZE

enum tar_kind {
	TAR_FILE,
	TAR_HARD_LINK,
	TAR_SYMBOLIC_LINK,
	TAR_OTHER, /* folders and what else has no BTF in it */
};

struct tar_member {
	enum tar_kind kind;
	char name[TAR_NAME_SIZE]; /* as written, for the log; "" when it is none */
	char link[TAR_NAME_SIZE]; /* of a link: its text */
	/* The same by the rule of util/link_path.h; "" when it leads out of the archive. */
	char path[TAR_NAME_SIZE];
	char target[TAR_NAME_SIZE]; /* of a link: the path of the member that it leads to */
	uint64_t size;		    /* of the data that follows */
	bool is_sparse;		    /* the data is not the file's: its holes are left out */
};

static inline bool tar_member_is_link(const struct tar_member *member)
{
	return member->kind == TAR_HARD_LINK || member->kind == TAR_SYMBOLIC_LINK;
}

struct tar {
	struct tar_stream stream;
	const struct log *log;
	struct tar_member member; /* the one that tar_next() came to */
	uint64_t data_left;	  /* of its data, not read yet */
	unsigned int padding;	  /* after its data */
	bool has_members;
};

/*
 * Whether a file that begins with these bytes, as many as it has up to TAR_START_SIZE, is taken
 * for an archive: packed by what tar_stream.h knows, if only by name, or with a tar's header.
 */
#define TAR_START_SIZE 512
bool tar_is(const void *start, size_t size);
bool tar_is_file(int fd);

/* @data stays the caller's. Errors as tar_stream_open(). */
int tar_open(struct tar *tar, const void *data, size_t size, const struct log *log);

void tar_close(struct tar *tar);

/*
 * Goes on to the next member, past what was left of the one before it. Returns 1, or 0 at the
 * end, when everything up to the last packed byte was read.
 * Errors: -EBADMSG: no tar, cut off, damaged, or sizes that do not fit each other; -EFBIG, -ENOMEM.
 */
int tar_next(struct tar *tar);

/* The member's data, @size at most INT_MAX. Returns how many bytes, 0 at their end, or the errors
 * of tar_next(). */
int tar_read(struct tar *tar, void *buffer, size_t size);

#endif
