/* SPDX-License-Identifier: MIT */
/*
 * Reads a whole file into one malloc'd block.
 */
#include "embedder/util/input_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/regular_file.h"

int input_file_read(const char *path, size_t limit, void **ret_data, size_t *ret_size,
		    struct reason *why)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *data = NULL;
	struct stat st;
	size_t size;
	ssize_t got;
	int err = regular_file_open(path, &fd, &st, why);

	if (err)
		return err;
	if ((uint64_t)st.st_size > limit)
		return reason_set(why, -EFBIG,
				  "it is too large (%jd bytes; %zu are read at the most)",
				  (intmax_t)st.st_size, limit);

	size = (size_t)st.st_size;
	data = malloc(size ? size : 1);
	if (!data)
		return reason_set(why, -ENOMEM, "out of memory for its %zu bytes", size);
	got = regular_file_read(fd, data, size);
	if (got < 0)
		return reason_errno(why, (int)got, "cannot read it");
	if ((size_t)got < size)
		return reason_set(why, -EIO, "it shrank from %zu to %zd bytes while being read",
				  size, got);

	*ret_data = TAKE_PTR(data);
	*ret_size = size;
	return 0;
}
