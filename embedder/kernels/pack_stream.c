/* SPDX-License-Identifier: MIT */
#include "embedder/kernels/pack_stream.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/own_kernel_id.h"

struct pack_stream {
	const struct kernel_source *source;
	const struct kernel_stream_opts *opts;
	struct pack_reader reader, all; /* all: opened when it is needed */
	int all_error;			/* and could not be read, for this reason: */
	struct reason all_why;
	uint64_t held; /* of the budget; UINT64_MAX: nothing */
	size_t next;
};

int pack_stream_open(const struct kernel_source *source, const struct kernel_stream_opts *opts,
		     struct pack_stream **ret_stream, struct reason *why)
{
	struct pack_stream *stream = calloc(1, sizeof(*stream));
	int err;

	if (!stream)
		return reason_errno(why, -ENOMEM, "cannot read it");
	stream->source = source;
	stream->opts = opts;
	stream->held = UINT64_MAX;
	err = pack_reader_open(source->path, &stream->reader, why);
	if (err) {
		free(stream);
		return err;
	}
	*ret_stream = stream;
	return 0;
}

void pack_stream_close(struct pack_stream *stream)
{
	if (!stream)
		return;
	pack_reader_close(&stream->reader);
	pack_reader_close(&stream->all);
	if (stream->held != UINT64_MAX)
		memory_budget_release(stream->opts->budget, stream->held);
	free(stream);
}

/* What --as says goes over what the pack says. */
static int make_file(const struct pack_stream *stream, const struct pack_kernel *kernel,
		     struct kernel_file *file, struct reason *why)
{
	int err = kernel_id_copy(&kernel->id, &file->id);

	file->as = stream->source->as;
	file->origin = kernel->origin;
	if (!err)
		err = kernel_as_apply(file->as, &file->id, why);
	if (!err && asprintf(&file->path, "%s: %s", stream->source->path, kernel->id.release) < 0) {
		file->path = NULL;
		err = -ENOMEM;
	}
	return err ? reason_errno(why, err, "cannot keep its name") : 0;
}

/* Reads the pack's types, once there is memory for them. */
static int load(struct pack_stream *stream, struct reason *why)
{
	uint64_t size = pack_reader_load_size(&stream->reader, true);
	int err;

	if (stream->held != UINT64_MAX)
		return 0;
	err = memory_budget_acquire(stream->opts->budget, size, why);
	if (err)
		return err;
	stream->held = size;
	return pack_reader_load_warm(&stream->reader, why);
}

int pack_stream_next(struct pack_stream *stream, struct kernel_file *ret_file, bool with_types,
		     struct reason *why)
{
	const struct kernel_stream_opts *opts = stream->opts;

	while (stream->next < stream->reader.count) {
		_cleanup_(kernel_file_clear) struct kernel_file file = {.path = NULL};
		int err = make_file(stream, &stream->reader.kernels[stream->next++], &file, why);

		if (err)
			return err;
		if (opts->want && !opts->want(opts->context, &file.id))
			continue;
		if (with_types)
			err = load(stream, why);
		if (err)
			return err;
		*ret_file = file;
		memset(&file, 0, sizeof(file));
		return 1;
	}
	return 0;
}

static int open_all(struct pack_stream *stream, struct reason *why)
{
	uint64_t size;
	int err = pack_reader_open(stream->source->path, &stream->all, why);

	if (!err && stream->all.count != stream->reader.count)
		err = reason_set(why, -EBADMSG, "it changed while it was read");
	if (err)
		return err;
	size = pack_reader_load_size(&stream->all, false);
	err = memory_budget_extend(stream->opts->budget, stream->held, size, why);
	if (err)
		return err;
	stream->held += size;
	return pack_reader_load(&stream->all, why);
}

const struct pack_reader *pack_stream_all_types(struct pack_stream *stream, struct reason *why)
{
	if (!stream->all.data && !stream->all_error) {
		stream->all_error = open_all(stream, &stream->all_why);
		if (stream->all_error)
			pack_reader_close(&stream->all);
	}
	if (!stream->all_error)
		return &stream->all;
	reason_set(why, stream->all_error, "%s", stream->all_why.text);
	return NULL;
}

const struct pack_reader *pack_stream_current(const struct pack_stream *stream, size_t *ret_number)
{
	*ret_number = stream->next - 1;
	return &stream->reader;
}
