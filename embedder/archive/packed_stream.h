/* SPDX-License-Identifier: MIT */
/*
 * Unpacks gzip, xz, lzma, zstd, bzip2 and lz4, and passes on what is not packed; in order, a buffer
 * at a time.
 *
 * Against archive bombs: past PACKED_STREAM_FREE bytes, what unpacks to more than
 * PACKED_STREAM_RATIO times its own size is refused.
 */
#ifndef COREBTF_ARCHIVE_PACKED_STREAM_H
#define COREBTF_ARCHIVE_PACKED_STREAM_H

#include <stdbool.h>

#include "embedder/archive/packed_input.h"

#define PACKED_STREAM_FREE  (UINT64_C(1) << 30)
#define PACKED_STREAM_RATIO 256

struct packed_stream;

/*
 * The first bytes say how it is packed. @source: its context must outlive the stream.
 * Errors: -ENOMEM, those of the source.
 */
int packed_stream_open(const struct packed_source *source, struct packed_stream **ret_stream,
		       struct reason *why);

void packed_stream_close(struct packed_stream *stream); /* NULL is fine */

/*
 * Fills @buffer. Returns how many bytes, fewer than @size only at the end. The end is returned only
 * after the packed bytes were found whole: not cut off, checksums right, nothing after them.
 * Errors: -EBADMSG damaged, cut off or of an unknown variant, -EFBIG unpacks to too much,
 * -EOPNOTSUPP libarchive was built without this packing, -ENOMEM, those of the source. After an
 * error the stream can only be closed.
 */
ssize_t packed_stream_read(struct packed_stream *stream, void *buffer, size_t size,
			   struct reason *why);

/*
 * Reads all that is left of the stream into memory.
 * @expected: the likely size, 0: not known. @limit: more is refused with -EFBIG.
 * @ret_data: malloc'd, the caller frees it; never NULL on success.
 */
int packed_stream_read_all(struct packed_stream *stream, size_t expected, size_t limit,
			   void **ret_data, size_t *ret_size, struct reason *why);

/* Whether these are the first bytes of one of the packings. */
bool packed_stream_is_packed(const void *start, size_t size);

#endif
