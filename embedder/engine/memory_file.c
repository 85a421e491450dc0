/* SPDX-License-Identifier: MIT */
#include "embedder/engine/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t written = write(fd, data, size);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			data += written;
			size -= (size_t)written;
		}
	}
	return 0;
}

int memory_file_open(const void *data, size_t size, struct memory_file *ret_file,
		     struct reason *why)
{
	int err;

	ret_file->fd = memfd_create("corebtf", MFD_CLOEXEC);
	err = ret_file->fd < 0 ? -errno : write_all(ret_file->fd, data, size);
	if (err)
		return reason_errno(why, err, "cannot keep it in memory");
	snprintf(ret_file->path, sizeof(ret_file->path), "/proc/self/fd/%d", ret_file->fd);
	return 0;
}

void memory_file_close(struct memory_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
