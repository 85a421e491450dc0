/* SPDX-License-Identifier: MIT */
/*
 * What packed_stream.c knows of a packing: how it starts and how it is read. Only the packed_*.c
 * files include this header.
 */
#ifndef COREBTF_ARCHIVE_PACKED_CODEC_H
#define COREBTF_ARCHIVE_PACKED_CODEC_H

#include "embedder/archive/packed_input.h"

struct archive;

struct packed_codec {
	const char *magic; /* may have zero bytes */
	size_t magic_size;
	int (**support)(struct archive *); /* libarchive's filter, for packed_filter.c */

	/* @input: to be read with packed_input_next(); it must outlive the state. */
	int (*open)(const struct packed_codec *codec, struct packed_input *input, void **ret_state,
		    struct reason *why);

	/*
	 * Fills @buffer. Returns how many bytes, fewer than @size only at the end, which is not
	 * reached before the packed bytes have ended as they should, or -errno: -EBADMSG damaged,
	 * cut off or of an unknown variant, -ENOMEM, those of the source.
	 */
	ssize_t (*read)(void *state, void *buffer, size_t size, struct reason *why);
	void (*close)(void *state);
};

extern const struct packed_codec packed_gzip, packed_xz, packed_zstd, packed_bzip2, packed_lz4;
extern const struct packed_codec packed_lzma, packed_lz4_legacy;

#endif
