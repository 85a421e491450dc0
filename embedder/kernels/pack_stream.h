/* SPDX-License-Identifier: MIT */
/*
 * The kernels of a pack, one at a time, in the pack's order: what kernel_stream.h does with a pack.
 */
#ifndef COREBTF_KERNELS_PACK_STREAM_H
#define COREBTF_KERNELS_PACK_STREAM_H

#include "embedder/kernels/kernel_stream.h"
#include "embedder/pack/pack_reader.h"

struct pack_stream;

/* @source and @opts must outlive the stream. Errors: those of pack_reader_open(). */
int pack_stream_open(const struct kernel_source *source, const struct kernel_stream_opts *opts,
		     struct pack_stream **ret_stream, struct reason *why);

/* As kernel_stream_next(). @with_types: the pack's types are read first, but for those that few
 * CO-RE relocations need (pack_reader_load_warm()). What that takes is held of the budget until the
 * stream is closed. Errors: also -EFBIG more than the budget has. */
int pack_stream_next(struct pack_stream *stream, struct kernel_file *ret_file, bool with_types,
		     struct reason *why);

/*
 * A reader of the same pack that has all types; the stream owns it. One thread at a time; it may
 * wait for memory. NULL: @why says what is wrong.
 */
const struct pack_reader *pack_stream_all_types(struct pack_stream *stream, struct reason *why);

/* The pack, and the number in it of the kernel that was handed out last. */
const struct pack_reader *pack_stream_current(const struct pack_stream *stream, size_t *ret_number);

void pack_stream_close(struct pack_stream *stream); /* NULL is fine */

#endif
