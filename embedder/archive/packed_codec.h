/* SPDX-License-Identifier: MIT */
/*
 * What packed_stream.c knows of a packing: how it starts and how its bytes are read. One file for
 * each way of reading; this header is theirs and packed_stream.c's alone.
 */
#ifndef COREBTF_ARCHIVE_PACKED_CODEC_H
#define COREBTF_ARCHIVE_PACKED_CODEC_H

#include "embedder/archive/packed_input.h"

struct packed_codec {
	const char *name;
	uint8_t magic[6];
	size_t magic_size;

	/* @input: to be read with packed_input_next(); it outlives the state. */
	int (*open)(struct packed_input *input, void **ret_state, struct reason *why);

	/*
	 * Fills @buffer. Returns how many bytes, fewer than @size only at the end, which is not
	 * reached before the packed bytes have ended as they should, or -errno: -EBADMSG damaged
	 * or cut off, -EOPNOTSUPP an option that is not known, -ENOMEM, those of the source.
	 */
	ssize_t (*read)(void *state, void *buffer, size_t size, struct reason *why);
	void (*close)(void *state);
};

extern const struct packed_codec packed_gzip, packed_xz, packed_zstd, packed_bzip2, packed_lz4;
extern const struct packed_codec packed_lzma, packed_lz4_legacy;

#endif
