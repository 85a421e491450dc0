/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
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

int unnamed_file_reopen(int fd, struct stat *ret_status)
{
	char path[UNNAMED_FILE_PATH_SIZE];
	_cleanup_fd_ int again = -1;
	struct stat ours, found;
	int result;

	unnamed_file_path(fd, path);
	again = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (again < 0)
		return -errno;
	/* /proc may be another process's view: that of a thread with descriptors of its own. */
	if (fstat(fd, &ours) || fstat(again, &found) || ours.st_dev != found.st_dev ||
	    ours.st_ino != found.st_ino)
		return -ENXIO;
	*ret_status = found;
	result = again;
	again = -1;
	return result;
}
