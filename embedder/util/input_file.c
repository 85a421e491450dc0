/* SPDX-License-Identifier: MIT */
/*
 * A path comes in, the file's bytes go out in one malloc'd block.
 */
#include "embedder/util/input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

int input_file_read(const char *path, size_t limit, void **ret_data, size_t *ret_size,
		    struct reason *why)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *data = NULL;
	size_t size, have = 0;
	struct stat st;

	/* O_NONBLOCK: a FIFO by that name must not make us wait for its writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return reason_errno(why, -errno, "cannot open it");
	if (fstat(fd, &st) < 0)
		return reason_errno(why, -errno, "cannot look at it");
	if (S_ISDIR(st.st_mode))
		return reason_set(why, -EISDIR, "it is a folder, not a file");
	if (!S_ISREG(st.st_mode))
		return reason_set(why, -EINVAL, "it is no regular file");
	if ((uint64_t)st.st_size > limit)
		return reason_set(why, -EFBIG,
				  "it is too large (%jd bytes; %zu are read at the most)",
				  (intmax_t)st.st_size, limit);

	size = (size_t)st.st_size;
	data = malloc(size ? size : 1);
	if (!data)
		return reason_set(why, -ENOMEM, "out of memory for its %zu bytes", size);
	while (have < size) {
		ssize_t got = read(fd, data + have, size - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return reason_errno(why, -errno, "cannot read it");
		if (got == 0)
			return reason_set(why, -EIO,
					  "it shrank from %zu to %zu bytes while being read", size,
					  have);
		have += (size_t)got;
	}

	*ret_data = TAKE_PTR(data);
	*ret_size = size;
	return 0;
}
