/* SPDX-License-Identifier: MIT */
/*
 * A packed archive in memory in, its bytes out: in order, once, a buffer at a time.
 */
#ifndef COREBTF_TAR_STREAM_H
#define COREBTF_TAR_STREAM_H

#include <lzma.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "runtime/util/log.h"

/* What an archive may unpack to. All of BTFHub, trimmed for a large program, is some 500 MB; a
 * file of zero bytes packs a thousandfold and more, and would take as long to unpack. */
#define TAR_STREAM_MAX_SIZE (UINT64_C(1) << 30)

/* What is unpacked at once: as much as deflate looks back. */
#define TAR_STREAM_AHEAD 32768

enum tar_codec {
	TAR_PLAIN,
	TAR_GZIP,
	TAR_XZ,
};

struct tar_stream {
	const struct log *log;
	enum tar_codec codec;
	const uint8_t *input; /* what is not unpacked yet */
	size_t input_left;
	uint64_t position; /* bytes given out */
	bool ended;
	/* Unpacked, but not given out: from @start to @end. */
	size_t start, end;
	uint8_t ahead[TAR_STREAM_AHEAD];
	union {
		z_stream gzip;
		lzma_stream xz;
	};
};

/* Whether @start begins like the output of a packer, also of one that is not supported here. */
bool tar_stream_is_packed(const void *start, size_t size);

/*
 * Looks at the first bytes for gzip or xz; all else is taken as it is. @data stays the caller's
 * and must outlive the stream. Errors: -EBADMSG (another packer's magic), -ENOMEM; after an error
 * there is nothing to close.
 */
int tar_stream_open(struct tar_stream *stream, const void *data, size_t size,
		    const struct log *log);

void tar_stream_close(struct tar_stream *stream);

/*
 * Fills @buffer, @size at most INT_MAX. Returns how many bytes, fewer than @size only at the end,
 * which is reached only when the packed bytes end where and as they should: their checksums fit.
 * Errors: -EBADMSG damaged or cut off, -EFBIG more than TAR_STREAM_MAX_SIZE, -ENOMEM. The stream
 * is of no use after one.
 */
int tar_stream_read(struct tar_stream *stream, void *buffer, size_t size);

/* Skips @size bytes. Returns 0, -EBADMSG when there are fewer, or the errors of tar_stream_read().
 */
int tar_stream_skip(struct tar_stream *stream, uint64_t size);

#endif
