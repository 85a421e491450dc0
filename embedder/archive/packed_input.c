/* SPDX-License-Identifier: MIT */
/*
 * Reads a source in pieces of a fixed size. The first one can be looked at before it is taken.
 */
#include "embedder/archive/packed_input.h"

#include <stdlib.h>
#include <unistd.h>

#define PIECE_SIZE ((size_t)256 << 10)

ssize_t packed_file_read(void *context, void *buffer, size_t size, struct reason *why)
{
	struct packed_file *file = context;
	ssize_t count;

	do {
		count = pread(file->fd, buffer, size, file->offset);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return reason_errno(why, -errno, "cannot read it");
	file->offset += count;
	return count;
}

ssize_t packed_memory_read(void *context, void *buffer, size_t size, struct reason *why)
{
	struct packed_memory *memory = context;
	size_t part = size < memory->size ? size : memory->size;

	(void)why;
	if (part)
		memcpy(buffer, memory->data, part);
	memory->data += part;
	memory->size -= part;
	return (ssize_t)part;
}

/* A source may give less than it was asked for before its end, as a pipe does. */
static int fill(struct packed_input *input, struct reason *why)
{
	input->size = 0;
	while (!input->ended && input->size < PIECE_SIZE) {
		ssize_t count =
			input->source.read(input->source.context, input->buffer + input->size,
					   PIECE_SIZE - input->size, why);

		if (count < 0)
			return (int)count;
		if (count == 0)
			input->ended = true;
		input->size += (size_t)count;
	}
	return 0;
}

int packed_input_open(struct packed_input *input, const struct packed_source *source,
		      struct reason *why)
{
	int err;

	*input = (struct packed_input){.source = *source, .buffer = malloc(PIECE_SIZE)};
	if (!input->buffer)
		return reason_errno(why, -ENOMEM, "cannot read it");
	err = fill(input, why);
	input->looked_at = true;
	if (err)
		packed_input_close(input);
	return err;
}

void packed_input_close(struct packed_input *input)
{
	free(input->buffer);
	*input = (struct packed_input){0};
}

int packed_input_next(struct packed_input *input, const uint8_t **ret_piece, size_t *ret_size,
		      struct reason *why)
{
	int err = input->looked_at ? 0 : fill(input, why);

	if (err)
		return err;
	input->looked_at = false;
	input->taken += input->size;
	*ret_piece = input->buffer;
	*ret_size = input->size;
	return input->size > 0;
}
