/* SPDX-License-Identifier: MIT */
/*
 * A tar archive in memory in, its members out: once, in order. The data of a member is unpacked
 * only when it is read. Formats: v7, ustar, GNU and pax.
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
	TAR_OTHER, /* folders and everything else that holds no BTF */
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
	struct tar_member member; /* the current one */
	uint64_t data_left;	  /* bytes of its data that were not read yet */
	unsigned int padding;	  /* bytes after its data */
	bool has_members;
};

/*
 * Whether a file is an archive, by its first TAR_START_SIZE bytes or all that it has: packed with
 * a packer that tar_stream.h knows, even one that it does not read, or beginning with a tar header.
 * ELF files and bundles never are.
 */
#define TAR_START_SIZE 512
bool tar_is(const void *start, size_t size);
bool tar_is_file(int fd);

/* @data stays the caller's. Errors as tar_stream_open(). */
int tar_open(struct tar *tar, const void *data, size_t size, const struct log *log);

void tar_close(struct tar *tar);

/*
 * Goes on to the next member and skips the unread data of the current one. Returns 1, or 0 at the
 * end, after the last packed byte was read.
 * Errors: -EBADMSG no tar, cut off, damaged, or sizes that contradict each other; -EFBIG, -ENOMEM.
 */
int tar_next(struct tar *tar);

/* Reads up to @size bytes (at most INT_MAX) of the member's data. Returns how many, 0 at the end,
 * or the errors of tar_next(). */
int tar_read(struct tar *tar, void *buffer, size_t size);

#endif
