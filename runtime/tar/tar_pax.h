/* SPDX-License-Identifier: MIT */
/*
 * The records of a pax header, "LENGTH KEYWORD=VALUE\n" one after the other, as they come out of
 * the stream: a value that is not needed (an access list of any size) takes no memory.
 */
#ifndef COREBTF_TAR_PAX_H
#define COREBTF_TAR_PAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAR_PAX_KEYWORD_SIZE 32 /* the longest that we know has 16 bytes */

struct tar_pax {
	/* What the records said. */
	bool has_path;
	bool has_linkpath;
	bool has_size;
	bool is_sparse;
	bool has_sparse_name;
	uint64_t size;
	char *path; /* TAR_NAME_SIZE bytes each */
	char *linkpath;
	/* Where we are. */
	enum { PAX_LENGTH, PAX_KEYWORD, PAX_VALUE } state;
	uint64_t record_size; /* as its own first number says */
	uint64_t record_done;
	char keyword[TAR_PAX_KEYWORD_SIZE];
	size_t keyword_length;
	char *value; /* where the value goes; NULL: nowhere */
	size_t value_length;
	size_t value_room;
	char number[24];
};

/* @path and @linkpath: the caller's buffers for these values. An invalid path (empty, too long,
 * with a NUL in it) becomes "". Values of earlier headers stay. */
void tar_pax_start(struct tar_pax *pax, char *path, char *linkpath);

/* The next bytes. False: they are no pax header. */
bool tar_pax_feed(struct tar_pax *pax, const char *bytes, size_t size);

/* Whether the header may end here. */
static inline bool tar_pax_is_between_records(const struct tar_pax *pax)
{
	return pax->state == PAX_LENGTH && !pax->record_done;
}

#endif
