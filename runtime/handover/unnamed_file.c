/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/util/cleanup.h"
#include "runtime/handover/unnamed_file.h"

void unnamed_file_path(int fd, char path[static UNNAMED_FILE_PATH_SIZE])
{
	char digits[3 * sizeof(int)], *end = digits + sizeof(digits);

	/* Not snprintf(): a lookup comes here three times, and it would be a tenth of its time. */
	*--end = '\0';
	do
		*--end = (char)('0' + fd % 10);
	while ((fd /= 10));
	strcpy(stpcpy(path, "/proc/self/fd/"), end);
}

/* /proc may be another process's view: that of a thread with descriptors of its own. */
static bool is_file(int fd, const struct stat *found)
{
	struct stat ours;

	return !fstat(fd, &ours) && ours.st_dev == found->st_dev && ours.st_ino == found->st_ino;
}

int unnamed_file_reopen(int fd, struct stat *ret_status)
{
	char path[UNNAMED_FILE_PATH_SIZE];
	_cleanup_fd_ int again = -1;
	struct stat found;
	int result;

	unnamed_file_path(fd, path);
	again = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (again < 0)
		return -errno;
	if (fstat(again, &found) || !is_file(fd, &found))
		return -ENXIO;
	*ret_status = found;
	result = again;
	again = -1;
	return result;
}

int unnamed_file_check(int fd, struct stat *ret_status)
{
	char path[UNNAMED_FILE_PATH_SIZE];
	struct stat found;

	unnamed_file_path(fd, path);
	if (stat(path, &found))
		return -errno;
	if (!is_file(fd, &found))
		return -ENXIO;
	*ret_status = found;
	return 0;
}
