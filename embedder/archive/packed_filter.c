/* SPDX-License-Identifier: MIT */
/*
 * zstd, bzip2 and lz4 by libarchive's filters, in its format "raw": one member without a name,
 * which is all that was packed.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "embedder/archive/packed_codec.h"

struct filter_state {
	struct packed_input *input;
	struct archive *archive;
	struct reason input_why; /* why the source failed: */
	int input_error;	 /* 0: it did not */
	const uint8_t *block;	 /* what libarchive gave and nobody has taken yet */
	size_t block_size;
	bool ended;
};

static la_ssize_t give_input(struct archive *archive, void *context, const void **ret_piece)
{
	struct filter_state *state = context;
	const uint8_t *piece = NULL;
	size_t size = 0;
	int more = packed_input_next(state->input, &piece, &size, &state->input_why);

	if (more < 0) {
		state->input_error = more;
		archive_set_error(archive, -more, "%s", state->input_why.text);
		return ARCHIVE_FATAL;
	}
	*ret_piece = piece;
	return (la_ssize_t)size;
}

static int explain(const struct filter_state *state, struct reason *why)
{
	const char *text = archive_error_string(state->archive);

	if (state->input_error)
		return reason_set(why, state->input_error, "%s", state->input_why.text);
	return reason_set(why, archive_errno(state->archive) == ENOMEM ? -ENOMEM : -EBADMSG,
			  "the packed data is damaged or cut off (%s)",
			  text ? text : "no reason given");
}

static void filter_close(void *pointer)
{
	struct filter_state *state = pointer;

	archive_read_free(state->archive); /* NULL is fine */
	free(state);
}

static int filter_open(struct packed_input *input, int (*support)(struct archive *),
		       void **ret_state, struct reason *why)
{
	struct filter_state *state = calloc(1, sizeof(*state));
	struct archive_entry *entry;
	int result = ARCHIVE_FATAL, err;

	if (!state)
		return reason_errno(why, -ENOMEM, "cannot unpack the data");
	state->input = input;
	state->archive = archive_read_new();
	if (!state->archive) {
		free(state);
		return reason_errno(why, -ENOMEM, "cannot unpack the data");
	}
	/* ARCHIVE_WARN: libarchive was built without it and would start a program for it. */
	if (support(state->archive) != ARCHIVE_OK) {
		filter_close(state);
		return reason_set(why, -EOPNOTSUPP,
				  "this libarchive was built without what unpacks it");
	}
	if (archive_read_support_format_raw(state->archive) == ARCHIVE_OK &&
	    archive_read_support_format_empty(state->archive) == ARCHIVE_OK &&
	    archive_read_open(state->archive, state, NULL, give_input, NULL) == ARCHIVE_OK)
		result = archive_read_next_header(state->archive, &entry);
	if (result == ARCHIVE_EOF) {
		state->ended = true;
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
	size_t done = 0;

	while (done < size) {
		size_t part = size - done < state->block_size ? size - done : state->block_size;
		const void *block = NULL;
		la_int64_t offset; /* of a raw member: without holes */
		int result;

		if (part) {
			memcpy((uint8_t *)buffer + done, state->block, part);
			state->block += part;
			state->block_size -= part;
			done += part;
			continue;
		}
		if (state->ended)
			break;
		result = archive_read_data_block(state->archive, &block, &state->block_size,
						 &offset);
		state->block = block;
		if (result == ARCHIVE_EOF) {
			state->ended = true;
			state->block_size = 0;
		} else if (result != ARCHIVE_OK) {
			state->block_size = 0;
			return explain(state, why);
		}
	}
	return (ssize_t)done;
}

static int zstd_open(struct packed_input *input, void **ret_state, struct reason *why)
{
	return filter_open(input, archive_read_support_filter_zstd, ret_state, why);
}

static int bzip2_open(struct packed_input *input, void **ret_state, struct reason *why)
{
	return filter_open(input, archive_read_support_filter_bzip2, ret_state, why);
}

static int lz4_open(struct packed_input *input, void **ret_state, struct reason *why)
{
	return filter_open(input, archive_read_support_filter_lz4, ret_state, why);
}

const struct packed_codec packed_zstd = {
	.name = "zstd",
	.magic = {0x28, 0xb5, 0x2f, 0xfd},
	.magic_size = 4,
	.open = zstd_open,
	.read = filter_read,
	.close = filter_close,
};

const struct packed_codec packed_bzip2 = {
	.name = "bzip2",
	.magic = {'B', 'Z', 'h'},
	.magic_size = 3,
	.open = bzip2_open,
	.read = filter_read,
	.close = filter_close,
};

const struct packed_codec packed_lz4 = {
	.name = "lz4",
	.magic = {0x04, 0x22, 0x4d, 0x18},
	.magic_size = 4,
	.open = lz4_open,
	.read = filter_read,
	.close = filter_close,
};

/* lz4's first format, without checksums, that kernels are packed with. */
const struct packed_codec packed_lz4_legacy = {
	.name = "lz4",
	.magic = {0x02, 0x21, 0x4c, 0x18},
	.magic_size = 4,
	.open = lz4_open,
	.read = filter_read,
	.close = filter_close,
};
