// SPDX-License-Identifier: MIT
/*
 * In: a file descriptor of an .xz file. Out: all that is in it, in one block of memory.
 *
 * Unpacking is most of what trimming a BTFHub archive costs, so nothing is added to liblzma's own
 * work: it writes straight to where the tar reader will look. The memory grows by realloc, which
 * moves pages of that size instead of copying them. The file is unpacked to its very end, because
 * a flipped bit shows only in the check that comes after the data.
 */
#include "embedder/kernels/kernel_xz.h"

#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

#define INPUT_SIZE (256 << 10)
#define OUTPUT_START_SIZE ((size_t)8 << 20)

/* xz -9 needs 65 MiB; what asks for far more is no kernel's BTF. */
#define DECODER_MEMORY_MAX (UINT64_C(512) << 20)

static int explain(lzma_ret result, struct reason *why)
{
	switch (result) {
	case LZMA_MEM_ERROR:
		return reason_errno(why, -ENOMEM, "cannot unpack the .xz data");
	case LZMA_MEMLIMIT_ERROR:
		return reason_set(why, -EOPNOTSUPP,
				  "the .xz data needs more than %u MiB of memory to unpack",
				  (unsigned int)(DECODER_MEMORY_MAX >> 20));
	case LZMA_OPTIONS_ERROR:
	case LZMA_UNSUPPORTED_CHECK:
		return reason_set(why, -EOPNOTSUPP,
				  "the .xz data uses an option that this liblzma does not know");
	case LZMA_FORMAT_ERROR:
		return reason_set(why, -EBADMSG, "not .xz data");
	case LZMA_BUF_ERROR:
		return reason_set(why, -EBADMSG, "the .xz data is cut off");
	default:
		return reason_set(why, -EBADMSG, "the .xz data is damaged");
	}
}

/* Room for at least one byte more, up to one byte past @limit: that one shows there is more. */
static int make_room(void **data, size_t *capacity, size_t limit, struct reason *why)
{
	size_t larger = *capacity ? *capacity * 2 : OUTPUT_START_SIZE;
	void *grown;

	if (*capacity > limit)
		return reason_set(why, -EFBIG, "it unpacks to more than %zu bytes", limit);
	if (larger > limit)
		larger = limit + 1;
	grown = realloc(*data, larger);
	if (!grown)
		return reason_errno(why, -ENOMEM, "cannot unpack the .xz data");
	*data = grown;
	*capacity = larger;
	return 0;
}

int kernel_xz_unpack(int fd, size_t limit, void **ret_data, size_t *ret_size, struct reason *why)
{
	_cleanup_(lzma_end) lzma_stream stream = LZMA_STREAM_INIT;
	_cleanup_free_ void *data = NULL;
	_cleanup_free_ uint8_t *input = malloc(INPUT_SIZE);
	lzma_action action = LZMA_RUN;
	size_t size = 0, capacity = 0;
	off_t offset = 0;
	lzma_ret result;

	if (!input)
		return reason_errno(why, -ENOMEM, "cannot unpack the .xz data");
	result = lzma_stream_decoder(&stream, DECODER_MEMORY_MAX, LZMA_CONCATENATED);
	while (result == LZMA_OK) {
		if (!stream.avail_in && action == LZMA_RUN) {
			ssize_t count = pread(fd, input, INPUT_SIZE, offset);

			if (count < 0 && errno == EINTR)
				continue;
			if (count < 0)
				return reason_errno(why, -errno, "cannot read it");
			if (count == 0)
				action = LZMA_FINISH;
			offset += count;
			stream.next_in = input;
			stream.avail_in = (size_t)count;
		}
		if (size == capacity) {
			int err = make_room(&data, &capacity, limit, why);

			if (err)
				return err;
		}
		stream.next_out = (uint8_t *)data + size;
		stream.avail_out = capacity - size;
		result = lzma_code(&stream, action);
		size = capacity - stream.avail_out;
	}
	if (result != LZMA_STREAM_END)
		return explain(result, why);
	if (size > limit)
		return reason_set(why, -EFBIG, "it unpacks to more than %zu bytes", limit);
	*ret_data = TAKE_PTR(data);
	*ret_size = size;
	return 0;
}
