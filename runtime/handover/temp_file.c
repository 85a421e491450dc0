/* SPDX-License-Identifier: MIT */
/*
 * A named file outlives a process that is killed or that calls exec. The lock on its descriptor
 * does not: the kernel drops it with the last descriptor. So a file with our name pattern, owner
 * and mode that is not locked is a leftover. A pid in the name would not do, since two containers
 * that share a folder may use the same pids.
 *
 * Between creating a file and locking it, another process may take it for a leftover. So once it
 * has the lock, the creator checks that the name still belongs to its file, and begins again if
 * not. Before removing a leftover, the other process checks the same.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "runtime/util/cleanup.h"
#include "runtime/handover/temp_file.h"
#include "runtime/handover/temp_folder.h"

#define NAME_START ".corebtf-temporary-"
#define NAME_END   "XXXXXX"

#define MAKE_TRIES 16
#define LOOK_AT	   4096 /* names in a folder: a crowded one must not delay the program */

static int make(const char *folder, char **ret_path)
{
	_cleanup_memory_ char *path = NULL;
	int fd;

	if (asprintf(&path, "%s/" NAME_START NAME_END, folder) < 0) {
		path = NULL; /* which it leaves undefined */
		return -ENOMEM;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_path = path;
	path = NULL;
	return fd;
}

static int make_unnamed(const char *folder)
{
	_cleanup_memory_ char *path = NULL;
	int fd = -EOPNOTSUPP;

#ifdef O_TMPFILE
	/* O_EXCL: nor can it be given a name later */
	fd = open(folder, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd >= 0)
		return fd;
	fd = -errno;
	if (fd == -EMFILE || fd == -ENFILE)
		return fd;
#endif
	/* Kernels before 3.11 take O_TMPFILE for other flags: -EISDIR, -ENOENT. So any error may
	 * mean that it is not known; an unwritable folder gives its error again below. */
	if (!temp_folder_is_safe(folder))
		return fd == -EOPNOTSUPP || fd == -EISDIR ? -EPERM : fd;
	fd = make(folder, &path);
	if (fd >= 0)
		unlink(path);
	return fd;
}

int temp_file_unnamed(const char *folder)
{
	int fd = make_unnamed(folder);

	/* The umask may have removed the permission to open it again. */
	if (fd >= 0 && fchmod(fd, S_IRUSR)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

static bool is_name_of(int folder_fd, const char *name, const struct stat *file)
{
	struct stat status;

	return !fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) &&
	       status.st_dev == file->st_dev && status.st_ino == file->st_ino;
}

static void remove_leftover(int folder_fd, const char *name)
{
	_cleanup_fd_ int fd = -1;
	struct stat status;

	/* NONBLOCK: it need not be a file */
	fd = openat(folder_fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) || !S_ISREG(status.st_mode) ||
	    status.st_uid != geteuid() || status.st_nlink != 1 ||
	    (status.st_mode & 07777) != (S_IRUSR | S_IWUSR))
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB) && is_name_of(folder_fd, name, &status))
		unlinkat(folder_fd, name, 0);
}

static void remove_leftovers(const char *folder)
{
	DIR *names = opendir(folder);
	struct dirent *name;

	for (int i = 0; names && i < LOOK_AT && (name = readdir(names)); i++)
		if (strlen(name->d_name) == strlen(NAME_START NAME_END) &&
		    !strncmp(name->d_name, NAME_START, strlen(NAME_START)))
			remove_leftover(dirfd(names), name->d_name);
	if (names)
		closedir(names);
}

static int make_locked(const char *folder, char **ret_path)
{
	for (int i = 0; i < MAKE_TRIES; i++) {
		_cleanup_memory_ char *path = NULL;
		_cleanup_fd_ int fd = make(folder, &path);
		struct stat status;
		int result = fd;

		if (fd < 0)
			return fd;
		/* On a filesystem without locks no leftover is found either. */
		if (flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK)
			continue; /* another process is about to remove it */
		if (fstat(fd, &status) || !is_name_of(AT_FDCWD, path, &status))
			continue;
		fd = -1;
		*ret_path = path;
		path = NULL;
		return result;
	}
	return -EBUSY;
}

int temp_file_named(const char *folder, char **ret_path)
{
	_cleanup_memory_ char *path = NULL;
	int fd;

	remove_leftovers(folder);
	fd = make_locked(folder, &path);
	if (fd < 0)
		return fd;
	if (fchmod(fd, S_IRUSR | S_IWUSR)) {
		int err = -errno;

		unlink(path);
		close(fd);
		return err;
	}
	*ret_path = path;
	path = NULL;
	return fd;
}
