/* SPDX-License-Identifier: MIT */
/*
 * memfd_create is missing before Linux 3.17, and some sandboxes refuse it (seccomp: ENOSYS or
 * EPERM). What it gives can be had from a folder as well, so whatever it says is a reason to go
 * on there, but for what stops everything: no descriptors, no memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "runtime/util/cleanup.h"
#include "runtime/handover/memfd.h"
#include "runtime/handover/temp_file.h"
#include "runtime/handover/temp_folder.h"
#include "runtime/handover/unnamed_file.h"

void unnamed_file_path(int fd, char path[static UNNAMED_FILE_PATH_SIZE])
{
	snprintf(path, UNNAMED_FILE_PATH_SIZE, "/proc/self/fd/%d", fd);
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

static int make_in_folder(const void *data, size_t size, const struct log *log)
{
	const char *folder;

	for (size_t i = 0; (folder = temp_folder_at(i)); i++) {
		int fd = temp_file_unnamed(folder, data, size);
		struct stat status;
		int again;

		if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
			return fd;
		if (fd < 0) {
			log_line(log, "no file in %s: %s", folder, strerror(-fd));
			continue;
		}
		log_line(log, "the BTF is in a file without a name in %s", folder);
		again = unnamed_file_reopen(fd, &status);
		if (again < 0)
			return fd;
		close(fd);
		return again;
	}
	return -ENOENT;
}

int unnamed_file_make(const void *data, size_t size, const struct log *log)
{
	int fd = memfd_make("corebtf", data, size);
	int other;

	if (fd >= 0 || fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
		return fd;
	log_line(log, "no memfd: %s", strerror(-fd));
	other = make_in_folder(data, size, log);
	return other == -ENOENT ? fd : other;
}
