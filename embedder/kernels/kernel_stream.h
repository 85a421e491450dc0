/* SPDX-License-Identifier: MIT */
/*
 * The kernels in one file whose keys are known once it is read: in an archive or a package those of
 * its members that are named like kernels (kernel_path.h), else a kernel's own file. They come one
 * at a time, in the archive's order, and an archive is read once. A package (.deb, .rpm) is of one
 * kernel, and what comes behind that is not read: modules, gigabytes in a debug package.
 *
 * There are two exceptions. Another name for a member (a link) is another kernel with the same BTF,
 * and only its bytes are in the archive. And a large kernel without BTF says at its end where its
 * DWARF is. When some of those are wanted, the archive is read once more for them, and they come
 * last.
 */
#ifndef COREBTF_KERNELS_KERNEL_STREAM_H
#define COREBTF_KERNELS_KERNEL_STREAM_H

#include <stdbool.h>

#include "embedder/image/kernel_bytes.h"
#include "embedder/kernels/kernel_list.h"

struct kernel_stream_opts {
	/* Whether the kernel is wanted; asked before its bytes are read, if its name says the whole
	 * key. NULL: all are. */
	bool (*want)(void *context, const struct kernel_id *id);
	/* Gets each member that could be a kernel and cannot be used; @path is "ARCHIVE: MEMBER".
	 */
	kernel_list_skip_fn skip;
	void *context; /* of both */
	/* What the bytes of a kernel take, and unpacking them, is held of it before they are read,
	 * and given back with them. NULL: no limit. */
	struct memory_budget *budget;
	/* Which types will be read from the bytes (kernel_types.h). */
	enum kernel_types_kind types;
};

struct kernel_stream;
struct pack_reader;

/* @source must outlive the stream. Errors: those of opening and reading the file. */
int kernel_stream_open(const struct kernel_source *source, const struct kernel_stream_opts *opts,
		       struct kernel_stream **ret_stream, struct reason *why);

/*
 * The next kernel that is wanted. Returns 1, 0 at the end, or what makes the rest unreadable: the
 * stream can then only be closed. -ENOENT: a source that was named itself has no kernel in it.
 * @ret_file: to be cleared with kernel_file_clear(); its key is whole.
 * @ret_bytes: the kernel's bytes as they are in the archive, for kernel_btf_unpack(); NULL: the
 * keys are all that is wanted.
 */
int kernel_stream_next(struct kernel_stream *stream, struct kernel_file *ret_file,
		       struct kernel_btf *ret_bytes, struct reason *why);

/*
 * Whether the bytes that were handed out last belong to the stream. They are then only valid until
 * the next call, and the same thread must make that call before it waits for anything else that
 * needs the budget.
 */
bool kernel_stream_holds(const struct kernel_stream *stream);

/*
 * The pack that the kernel handed out last is in, and the kernel's number in it: there are no bytes
 * then. NULL: it is not in a pack. The stream owns the pack, of which those types are read that
 * most CO-RE relocations need; kernel_stream_pack_all() gives one with all types, to one thread at
 * a time, or NULL and @why.
 */
const struct pack_reader *kernel_stream_pack(const struct kernel_stream *stream,
					     size_t *ret_number);

const struct pack_reader *kernel_stream_pack_all(struct kernel_stream *stream, struct reason *why);

void kernel_stream_close(struct kernel_stream *stream); /* NULL is fine */

#endif
