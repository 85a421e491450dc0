/* SPDX-License-Identifier: MIT */
/*
 * Each part of a name is opened in the folder before it, with O_NOFOLLOW: no symbolic link is
 * followed, not even one that somebody creates meanwhile. The file itself is written under another
 * name and renamed, and rename(2) replaces a link instead of following it.
 */
#include "embedder/util/output_folder.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/random_name.h"
#include "embedder/util/regular_file.h"

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define MAX_ATTEMPTS 100

#define TEMPORARY_NAME	    ".corebtf-"
#define TEMPORARY_NAME_SIZE (sizeof(TEMPORARY_NAME) + RANDOM_NAME_LETTERS)

static int open_temporary(int parent, char name[static TEMPORARY_NAME_SIZE], struct reason *why)
{
	int fd = -1, err;

	for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
		memcpy(name, TEMPORARY_NAME, strlen(TEMPORARY_NAME));
		err = random_name(name + strlen(TEMPORARY_NAME), why);
		if (err)
			return err;
		fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			    0666);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	return reason_set(why, -errno, "no file can be made in it: %s", strerror(errno));
}

int output_folder_open(const char *path, struct output_folder *ret_folder, struct reason *why)
{
	_cleanup_close_ int fd = -1, test = -1;
	char name[TEMPORARY_NAME_SIZE];

	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return reason_set(why, -errno, "the folder cannot be made: %s", strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return reason_set(why, -errno, "is no folder that can be opened: %s",
				  strerror(errno));
	/* Says so once, and not with the first name below it. */
	test = open_temporary(fd, name, why);
	if (test < 0)
		return test;
	unlinkat(fd, name, 0);
	ret_folder->fd = TAKE_FD(fd);
	return 0;
}

void output_folder_close(struct output_folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	folder->fd = -1;
}

static bool is_part(const char *part)
{
	return *part && strcmp(part, ".") != 0 && strcmp(part, "..") != 0;
}

/* Opens one folder beneath @parent. @name, up to @part's end, is for the reason. */
static int open_part(int parent, const char *part, bool make, const char *name, size_t length,
		     struct reason *why)
{
	struct stat status;
	int fd;

	if (make && mkdirat(parent, part, 0777) < 0 && errno != EEXIST)
		return reason_set(why, -errno, "the folder %.*s cannot be made: %s", (int)length,
				  name, strerror(errno));
	fd = openat(parent, part, FOLDER_FLAGS);
	if (fd >= 0)
		return fd;
	/* Of a symbolic link open(2) says ELOOP or ENOTDIR, as it comes. */
	if (fstatat(parent, part, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode))
		return reason_set(why, -ELOOP,
				  "%.*s is a symbolic link, which is not followed: remove it",
				  (int)length, name);
	return reason_set(why, -errno, "the folder %.*s cannot be opened: %s", (int)length, name,
			  strerror(errno));
}

/* The folder that the last part of @name is in, and that part. The caller closes *@ret_fd. */
static int open_parent(const struct output_folder *folder, const char *name, bool make, int *ret_fd,
		       const char **ret_last, struct reason *why)
{
	_cleanup_close_ int fd = fcntl(folder->fd, F_DUPFD_CLOEXEC, 0);
	const char *part = name;
	char copy[NAME_MAX + 1];

	if (fd < 0)
		return reason_errno(why, -errno, name);
	for (;;) {
		size_t length = strcspn(part, "/");
		int next;

		if (length >= sizeof(copy))
			return reason_set(why, -ENAMETOOLONG,
					  "a part of the name has %zu bytes, %d is the limit",
					  length, NAME_MAX);
		memcpy(copy, part, length);
		copy[length] = '\0';
		if (!is_part(copy))
			return reason_set(why, -EINVAL, "'%s' is no name of a file below a folder",
					  name);
		if (!part[length])
			break;
		next = open_part(fd, copy, make, name, (size_t)(part - name) + length, why);
		if (next < 0)
			return next;
		close(fd);
		fd = next;
		part += length + 1;
	}
	*ret_last = part;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int save_in(int parent, const char *last, const void *data, size_t size, struct reason *why)
{
	char temporary[TEMPORARY_NAME_SIZE];
	struct stat status;
	int fd, err;

	if (fstatat(parent, last, &status, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISLNK(status.st_mode))
			return reason_set(why, -EEXIST,
					  "a symbolic link is in its place, which is not followed: "
					  "remove it");
		if (!S_ISREG(status.st_mode))
			return reason_set(why, -EEXIST, "what is in its place is no file");
	}
	fd = open_temporary(parent, temporary, why);
	if (fd < 0)
		return fd;
	err = regular_file_write(fd, data, size);
	/* Some file systems report a full disk only here. */
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && renameat(parent, temporary, parent, last) < 0)
		err = -errno;
	if (err) {
		unlinkat(parent, temporary, 0);
		return reason_set(why, err, "cannot be written: %s", strerror(-err));
	}
	return 0;
}

int output_folder_save(const struct output_folder *folder, const char *name, const void *data,
		       size_t size, struct reason *why)
{
	_cleanup_close_ int parent = -1;
	const char *last;
	int err = open_parent(folder, name, true, &parent, &last, why);

	return err ? err : save_in(parent, last, data, size, why);
}

int output_folder_read(const struct output_folder *folder, const char *name, size_t limit,
		       void **ret_data, size_t *ret_size, struct reason *why)
{
	_cleanup_close_ int parent = -1, fd = -1;
	_cleanup_free_ char *data = NULL;
	struct stat status;
	const char *last;
	ssize_t got;
	int err = open_parent(folder, name, false, &parent, &last, why);

	if (err)
		return err;
	fd = openat(parent, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return reason_set(why, -errno, "cannot be read back: %s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return reason_set(why, -EEXIST, "is no file any more");
	if (status.st_size < 0 || (uintmax_t)status.st_size > limit)
		return reason_set(why, -EFBIG, "is larger than it was");
	data = malloc((size_t)status.st_size + 1);
	if (!data)
		return reason_errno(why, -ENOMEM, "cannot be read back");
	got = regular_file_read(fd, data, (size_t)status.st_size);
	if (got < 0)
		return reason_set(why, (int)got, "cannot be read back: %s", strerror((int)-got));
	*ret_data = TAKE_PTR(data);
	*ret_size = (size_t)got;
	return 0;
}
