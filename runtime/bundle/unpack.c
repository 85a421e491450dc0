/* SPDX-License-Identifier: MIT */
/*
 * The unpacked size is in the bundle: that much memory is taken, and a stream that gives more or
 * less is damaged.
 */
#include <errno.h>
#include <inttypes.h>
#include <lzma.h>

#include "runtime/bundle/unpack.h"

/* For liblzma itself: twice what its largest preset takes (a 64 MiB dictionary), far from the
 * 4 GiB that a stream's header may ask for. */
#define XZ_MEMORY_LIMIT (UINT64_C(128) << 20)

int unpack_xz(const struct log *log, const char *what, const uint8_t *in, size_t in_size,
	      uint8_t *out, size_t out_size)
{
	size_t in_position = 0, out_position = 0;
	uint64_t memory_limit = XZ_MEMORY_LIMIT;
	lzma_ret result;

	result = lzma_stream_buffer_decode(&memory_limit, 0, NULL, in, &in_position, in_size, out,
					   &out_position, out_size);
	switch (result) {
	case LZMA_OK:
		if (in_position != in_size)
			return log_error(log, -EBADMSG,
					 "%s: the xz stream ends after %zu of %zu bytes", what,
					 in_position, in_size);
		if (out_position != out_size)
			return log_error(log, -EBADMSG, "%s: unpacks to %zu bytes, not to %zu",
					 what, out_position, out_size);
		return 0;
	case LZMA_MEM_ERROR:
		return log_error(log, -ENOMEM, "%s: no memory to unpack it", what);
	case LZMA_OPTIONS_ERROR:
		return log_error(log, -EOPNOTSUPP,
				 "%s: an xz filter or option that this liblzma does not have",
				 what);
	case LZMA_MEMLIMIT_ERROR:
		return log_error(log, -EBADMSG, "%s: wants %" PRIu64 " MiB to be unpacked", what,
				 memory_limit >> 20);
	case LZMA_BUF_ERROR:
		return log_error(log, -EBADMSG, "%s: unpacks to more than %zu bytes", what,
				 out_size);
	default:
		return log_error(log, -EBADMSG, "%s: the xz stream is damaged", what);
	}
}
