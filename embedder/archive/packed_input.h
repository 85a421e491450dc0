/* SPDX-License-Identifier: MIT */
/*
 * Packed bytes, a piece at a time, from a file, from memory or from a member of a package.
 */
#ifndef COREBTF_ARCHIVE_PACKED_INPUT_H
#define COREBTF_ARCHIVE_PACKED_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/util/reason.h"

/* Where the bytes come from. */
struct packed_source {
	/* As read(2): how many bytes, 0 at the end, or -errno with @why. */
	ssize_t (*read)(void *context, void *buffer, size_t size, struct reason *why);
	void *context;
};

/* A file from its start; the position of @fd is neither used nor changed. The caller closes @fd. */
struct packed_file {
	int fd;
	off_t offset; /* 0 at first */
};
ssize_t packed_file_read(void *file, void *buffer, size_t size, struct reason *why);

/* Bytes in memory, owned by the caller. */
struct packed_memory {
	const uint8_t *data;
	size_t size; /* not yet read */
};
ssize_t packed_memory_read(void *memory, void *buffer, size_t size, struct reason *why);

/* The source with its current piece. */
struct packed_input {
	struct packed_source source;
	uint8_t *buffer;
	size_t size;	/* of the piece in the buffer */
	bool looked_at; /* the piece was read for its first bytes and not handed out yet */
	bool ended;
	uint64_t taken; /* bytes handed out */
};

/* Reads the first piece. Errors: -ENOMEM, those of the source. */
int packed_input_open(struct packed_input *input, const struct packed_source *source,
		      struct reason *why);
void packed_input_close(struct packed_input *input);

/*
 * The next piece, valid until the next call. Returns 1, 0 at the end (again and again), -errno.
 */
int packed_input_next(struct packed_input *input, const uint8_t **ret_piece, size_t *ret_size,
		      struct reason *why);

#endif
