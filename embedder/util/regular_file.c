/* SPDX-License-Identifier: MIT */
#include "embedder/util/regular_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

int regular_file_open(const char *path, int *ret_fd, struct stat *ret_status, struct reason *why)
{
	_cleanup_close_ int fd = -1;
	struct stat status;

	/* Without O_NONBLOCK, opening a FIFO waits for a writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return reason_errno(why, -errno, "cannot open it");
	if (fstat(fd, &status) < 0)
		return reason_errno(why, -errno, "cannot look at it");
	if (S_ISDIR(status.st_mode))
		return reason_set(why, -EISDIR, "it is a folder, not a file");
	if (!S_ISREG(status.st_mode))
		return reason_set(why, -EINVAL, "not a regular file");
	*ret_fd = TAKE_FD(fd);
	*ret_status = status;
	return 0;
}

ssize_t regular_file_read(int fd, void *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, (char *)buffer + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

int regular_file_write(int fd, const void *data, size_t size)
{
	const char *bytes = data;

	while (size) {
		ssize_t put = write(fd, bytes, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		size -= (size_t)put;
	}
	return 0;
}
