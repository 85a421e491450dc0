/* SPDX-License-Identifier: MIT */
/*
 * xz, lzma, zstd, bzip2 and lz4 by libarchive's filters and its format "raw", which gives the whole
 * content as one member. The libraries behind them compare the checksums, where there are any.
 */
#include <stdlib.h>

#include "embedder/archive/libarchive.h"
#include "embedder/archive/packed_codec.h"

struct filter_state {
	struct packed_input *input;
	struct archive *archive;
	struct reason input_why; /* why the source failed: */
	int input_error;	 /* 0: it did not */
	bool empty;		 /* there is no member: what was packed has no bytes */
};

static la_ssize_t give_input(struct archive *archive, void *context, const void **ret_piece)
{
	struct filter_state *state = context;
	const uint8_t *piece = NULL;
	size_t size = 0;
	int more = packed_input_next(state->input, &piece, &size, &state->input_why);

	if (more < 0) {
		state->input_error = more;
		sym_archive_set_error(archive, -more, "%s", state->input_why.text);
		return ARCHIVE_FATAL;
	}
	*ret_piece = piece;
	return (la_ssize_t)size;
}

static int explain(const struct filter_state *state, struct reason *why)
{
	const char *text = sym_archive_error_string(state->archive);

	if (state->input_error)
		return reason_set(why, state->input_error, "%s", state->input_why.text);
	return reason_set(why, sym_archive_errno(state->archive) == ENOMEM ? -ENOMEM : -EBADMSG,
			  "the packed data is damaged or cut off (%s)",
			  text ? text : "no reason given");
}

static void filter_close(void *pointer)
{
	struct filter_state *state = pointer;

	sym_archive_read_free(state->archive);
	free(state);
}

static int filter_open(const struct packed_codec *codec, struct packed_input *input,
		       void **ret_state, struct reason *why)
{
	struct filter_state *state = calloc(1, sizeof(*state));
	struct archive_entry *entry;
	int result = ARCHIVE_FATAL, err;

	if (!state)
		return reason_errno(why, -ENOMEM, "cannot unpack the data");
	state->input = input;
	err = libarchive_new_reader(&state->archive, why);
	if (err) {
		free(state);
		return err;
	}
	/* ARCHIVE_WARN: libarchive was built without it and would start a program for it. */
	if ((*codec->support)(state->archive) != ARCHIVE_OK) {
		filter_close(state);
		return reason_set(why, -EOPNOTSUPP,
				  "it is packed in a way that this libarchive was built without");
	}
	if (sym_archive_read_support_format_raw(state->archive) == ARCHIVE_OK &&
	    sym_archive_read_support_format_empty(state->archive) == ARCHIVE_OK &&
	    sym_archive_read_open(state->archive, state, NULL, give_input, NULL) == ARCHIVE_OK)
		result = sym_archive_read_next_header(state->archive, &entry);
	if (result == ARCHIVE_EOF) {
		state->empty = true;
	} else if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
		err = explain(state, why);
		filter_close(state);
		return err;
	}
	*ret_state = state;
	return 0;
}

static ssize_t filter_read(void *pointer, void *buffer, size_t size, struct reason *why)
{
	struct filter_state *state = pointer;
	la_ssize_t count = state->empty ? 0 : sym_archive_read_data(state->archive, buffer, size);

	return count < 0 ? explain(state, why) : count;
}

#define FILTER(filter, bytes)                                                                      \
	{                                                                                          \
		.magic = bytes, .magic_size = sizeof(bytes) - 1,                                   \
		.support = &sym_archive_read_support_filter_##filter, .open = filter_open,         \
		.read = filter_read, .close = filter_close,                                        \
	}

const struct packed_codec packed_xz = FILTER(xz, "\3757zXZ\0");
const struct packed_codec packed_zstd = FILTER(zstd, "\x28\xb5\x2f\xfd");
const struct packed_codec packed_bzip2 = FILTER(bzip2, "BZh");
const struct packed_codec packed_lz4 = FILTER(lz4, "\x04\x22\x4d\x18");

/* xz's and lz4's first formats, without checksums, which some kernels are packed with. The first
 * bytes of .lzma are its properties and a part of its dictionary's size: those of every writer. */
const struct packed_codec packed_lzma = FILTER(lzma, "\x5d\0\0");
const struct packed_codec packed_lz4_legacy = FILTER(lz4, "\x02\x21\x4c\x18");
