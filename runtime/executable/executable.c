/* SPDX-License-Identifier: MIT */
/*
 * A path in, a file descriptor and a size out.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/util/cleanup.h"
#include "runtime/executable/executable.h"

int executable_open(const char *path, const struct log *log, int *ret_fd, uint64_t *ret_size)
{
	_cleanup_fd_ int fd = -1;
	struct stat status;

	/* Not to wait for a writer when the path is a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		int error = -errno;

		return log_error(log, error, "cannot be opened: %s", strerror(-error));
	}
	if (fstat(fd, &status)) {
		int error = -errno;

		return log_error(log, error, "cannot be examined: %s", strerror(-error));
	}
	if (S_ISDIR(status.st_mode))
		return log_error(log, -EISDIR, "is a folder");
	if (!S_ISREG(status.st_mode) || status.st_size < 0)
		return log_error(log, -ENODATA, "is not a regular file");
	*ret_fd = fd;
	*ret_size = (uint64_t)status.st_size;
	fd = -1;
	return 0;
}

int executable_open_self(const struct log *log, int *ret_fd, uint64_t *ret_size)
{
	char target[PATH_MAX];
	int err = executable_open(EXECUTABLE_SELF, log, ret_fd, ret_size);

	if (err == -ENOENT)
		return log_error(log, -ENOSYS, "there is no /proc here");
	if (!err && log_is_on(log)) {
		ssize_t length = readlink(EXECUTABLE_SELF, target, sizeof(target) - 1);

		if (length > 0) {
			target[length] = '\0';
			log_line(log, "%s: the running program is %s", EXECUTABLE_SELF, target);
		}
	}
	return err;
}
