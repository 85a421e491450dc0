/* SPDX-License-Identifier: MIT */
/*
 * .xz by liblzma itself: unpacking it is most of what trimming a BTFHub archive costs, so the bytes
 * are written straight to where they are wanted. The end is reached only after the checks that come
 * behind the data, where a flipped bit shows. And .lzma, its forerunner, which some kernels are
 * packed with and which has no such checks.
 */
#include <lzma.h>
#include <stdlib.h>

#include "embedder/archive/packed_codec.h"

/* xz -9 needs 65 MiB; what asks for far more is no kernel's BTF. */
#define DECODER_MEMORY_MAX (UINT64_C(512) << 20)

struct xz_state {
	struct packed_input *input;
	lzma_stream stream;
	lzma_action action;
	bool ended;
};

static int explain(lzma_ret result, struct reason *why)
{
	switch (result) {
	case LZMA_MEM_ERROR:
		return reason_errno(why, -ENOMEM, "cannot unpack the xz or lzma data");
	case LZMA_MEMLIMIT_ERROR:
		return reason_set(why, -EOPNOTSUPP,
				  "the xz or lzma data needs more than %u MiB of memory to unpack",
				  (unsigned int)(DECODER_MEMORY_MAX >> 20));
	case LZMA_OPTIONS_ERROR:
	case LZMA_UNSUPPORTED_CHECK:
		return reason_set(
			why, -EOPNOTSUPP,
			"the xz or lzma data uses an option that this liblzma does not know");
	case LZMA_BUF_ERROR:
		return reason_set(why, -EBADMSG, "the xz or lzma data is cut off");
	default:
		return reason_set(why, -EBADMSG, "the xz or lzma data is damaged");
	}
}

static lzma_ret start_xz(lzma_stream *stream)
{
	return lzma_stream_decoder(stream, DECODER_MEMORY_MAX, LZMA_CONCATENATED);
}

static lzma_ret start_lzma(lzma_stream *stream)
{
	return lzma_alone_decoder(stream, DECODER_MEMORY_MAX);
}

static int open_decoder(struct packed_input *input, lzma_ret (*start)(lzma_stream *),
			void **ret_state, struct reason *why)
{
	struct xz_state *state = calloc(1, sizeof(*state));
	lzma_ret result = LZMA_MEM_ERROR;

	if (state) {
		*state = (struct xz_state){.input = input, .stream = LZMA_STREAM_INIT};
		result = start(&state->stream);
	}
	if (result != LZMA_OK) {
		free(state);
		return explain(result, why);
	}
	*ret_state = state;
	return 0;
}

static int xz_open(struct packed_input *input, void **ret_state, struct reason *why)
{
	return open_decoder(input, start_xz, ret_state, why);
}

static int lzma_open(struct packed_input *input, void **ret_state, struct reason *why)
{
	return open_decoder(input, start_lzma, ret_state, why);
}

static ssize_t xz_read(void *pointer, void *buffer, size_t size, struct reason *why)
{
	struct xz_state *state = pointer;

	state->stream.next_out = buffer;
	state->stream.avail_out = size;
	while (state->stream.avail_out && !state->ended) {
		lzma_ret result;

		if (!state->stream.avail_in && state->action == LZMA_RUN) {
			int more = packed_input_next(state->input, &state->stream.next_in,
						     &state->stream.avail_in, why);

			if (more < 0)
				return more;
			if (more == 0)
				state->action = LZMA_FINISH;
		}
		result = lzma_code(&state->stream, state->action);
		if (result == LZMA_STREAM_END)
			state->ended = true;
		else if (result != LZMA_OK)
			return explain(result, why);
	}
	return (ssize_t)(size - state->stream.avail_out);
}

static void xz_close(void *pointer)
{
	struct xz_state *state = pointer;

	lzma_end(&state->stream);
	free(state);
}

const struct packed_codec packed_xz = {
	.name = "xz",
	.magic = {0xfd, '7', 'z', 'X', 'Z', 0},
	.magic_size = 6,
	.open = xz_open,
	.read = xz_read,
	.close = xz_close,
};

/* Of its properties and its dictionary's size, as the first bytes give them, every writer has
 * these. */
const struct packed_codec packed_lzma = {
	.name = "lzma",
	.magic = {0x5d, 0, 0},
	.magic_size = 3,
	.open = lzma_open,
	.read = xz_read,
	.close = xz_close,
};
