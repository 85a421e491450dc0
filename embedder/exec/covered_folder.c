/* SPDX-License-Identifier: MIT */
/*
 *	/sys/kernel	a tmpfs, read-only at the end
 *	    debug/	<- bind mount of what was there, and of the mounts in it
 *	    notes	<- bind mount of the file
 *	    btf/vmlinux	the new file
 *
 * The tmpfs is mounted on the folder at once, so no other place is needed for making it, and it
 * works when / is read-only. What it covers is still reached from a descriptor that was opened
 * before; since mount(2) takes paths, the working directory goes there for the time of it. Paths
 * through /proc/self/fd would do, but /proc may not be there.
 */
#include "embedder/exec/covered_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"
#include "runtime/util/file_bytes.h"

#define COVER_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

struct cover {
	const char *folder;
	int below; /* what was there; also the working directory */
	int above; /* the tmpfs */
};

static void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int explain(struct reason *why, int error, const char *folder, const char *name,
		   const char *what)
{
	const char *hint = error == -EPERM || error == -EACCES
				   ? "; a container or a security module forbids mount(2)"
				   : "";

	return reason_set(why, error, "%s%s%s: %s: %s%s", folder, name ? "/" : "", name ? name : "",
			  what, strerror(-error), hint);
}

/* --- what was there --------------------------------------------------------------------------- */

static int copy_link(const struct cover *cover, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(cover->below, name, target, sizeof(target));

	if (length < 0)
		return -errno;
	if ((size_t)length == sizeof(target))
		return -ENAMETOOLONG;
	target[length] = '\0';
	return symlinkat(target, cover->above, name) < 0 ? -errno : 0;
}

/* Makes a file or a folder to mount on. Of any file, be it a device, a plain one will do. */
static int make_place(const struct cover *cover, const char *name, bool is_folder)
{
	int fd;

	if (is_folder)
		return mkdirat(cover->above, name, 0700) < 0 ? -errno : 0;
	fd = openat(cover->above, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* "./NAME" is looked up from the working directory, in the folder that is covered. */
static int bind_back(const struct cover *cover, const char *name, bool is_folder)
{
	_cleanup_free_ char *from = NULL, *to = NULL;
	int err = make_place(cover, name, is_folder);

	if (err)
		return err;
	if (asprintf(&from, "./%s", name) < 0)
		from = NULL;
	if (asprintf(&to, "%s/%s", cover->folder, name) < 0)
		to = NULL;
	if (!from || !to)
		return -ENOMEM;
	return mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0 ? -errno : 0;
}

static int bring_back(const struct cover *cover, const char *name, struct reason *why)
{
	struct stat status;
	int err;

	/* Without starting an automount. */
	if (fstatat(cover->below, name, &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
		err = -errno;
	else if (S_ISLNK(status.st_mode))
		err = copy_link(cover, name);
	else
		err = bind_back(cover, name, S_ISDIR(status.st_mode));
	/* It was removed while we were at it. */
	if (err == -ENOENT)
		return 0;
	return err ? explain(why, err, cover->folder, name, "cannot be mounted again in its folder")
		   : 0;
}

/* @without: the first name of the new file, of which @length bytes are meant. */
static int bring_all_back(const struct cover *cover, const char *without, size_t length,
			  struct reason *why)
{
	_cleanup_(cleanup_dir) DIR *dir = NULL;
	int fd = openat(cover->below, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;
	struct dirent *entry;

	if (fd >= 0)
		dir = fdopendir(fd);
	if (!dir) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return explain(why, err, cover->folder, NULL, "cannot be listed");
	}
	while (!err) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return errno ? explain(why, -errno, cover->folder, NULL, "cannot be listed")
				     : 0;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (strlen(entry->d_name) == length && memcmp(entry->d_name, without, length) == 0)
			continue;
		err = bring_back(cover, entry->d_name, why);
	}
	return err;
}

/* --- the new file ----------------------------------------------------------------------------- */

/* Modes are set apart from making it: the umask is the program's. */
static int make_folder(int parent, const char *name, int *ret_fd)
{
	int fd;

	if (mkdirat(parent, name, 0700) < 0)
		return -errno;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return fchmod(fd, 0755) < 0 ? -errno : 0;
}

static int write_file(int folder, const char *name, const void *data, size_t size)
{
	_cleanup_close_ int fd =
		openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err = fd < 0 ? -errno : file_bytes_write(fd, data, size, 0);

	if (!err && fchmod(fd, 0444) < 0)
		err = -errno;
	return err;
}

/* @file: a path, which is cut into its names. */
static int add_file(const struct cover *cover, char *file, const void *data, size_t size)
{
	_cleanup_close_ int folder = -1;
	int parent = cover->above, err = 0;
	char *slash;

	while (!err && (slash = strchr(file, '/'))) {
		int made = -1;

		*slash = '\0';
		err = make_folder(parent, file, &made);
		if (folder >= 0)
			close(folder);
		parent = folder = made;
		file = slash + 1;
	}
	return err ? err : write_file(parent, file, data, size);
}

/* --- all -------------------------------------------------------------------------------------- */

static int fill(const struct cover *cover, const char *file, const void *data, size_t size,
		struct reason *why)
{
	_cleanup_free_ char *names = strdup(file);
	struct stat status;
	int err;

	if (!names)
		return reason_errno(why, -ENOMEM, cover->folder);
	if (fstat(cover->below, &status) < 0 || fchmod(cover->above, status.st_mode & 07777) < 0)
		return explain(why, -errno, cover->folder, NULL, "cannot be made as it was");
	/* In a user namespace the owner may be unknown. It matters little: it is read-only. */
	if (fchown(cover->above, status.st_uid, status.st_gid) < 0)
		errno = 0;
	err = bring_all_back(cover, file, strcspn(file, "/"), why);
	if (err)
		return err;
	err = add_file(cover, names, data, size);
	if (err)
		return explain(why, err, cover->folder, file, "cannot be written in memory");
	if (mount(NULL, cover->folder, NULL, MS_REMOUNT | MS_RDONLY | COVER_FLAGS, NULL) < 0)
		return explain(why, -errno, cover->folder, NULL, "cannot be made read-only");
	return 0;
}

static int cover_from_inside(struct cover *cover, const char *file, const void *data, size_t size,
			     struct reason *why)
{
	_cleanup_close_ int above = -1;

	if (fchdir(cover->below) < 0)
		return explain(why, -errno, cover->folder, NULL, "cannot be entered");
	if (mount("corebtf", cover->folder, "tmpfs", COVER_FLAGS, "mode=0755") < 0)
		return explain(why, -errno, cover->folder, NULL, "cannot be covered with a tmpfs");
	above = open(cover->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (above < 0)
		return explain(why, -errno, cover->folder, NULL, "cannot be opened");
	cover->above = above;
	return fill(cover, file, data, size, why);
}

int covered_folder_make(const char *folder, const char *file, const void *data, size_t size,
			struct reason *why)
{
	_cleanup_close_ int below = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct cover cover = {.folder = folder, .below = below, .above = -1};
	int err;

	if (below < 0)
		return explain(why, -errno, folder, NULL, "cannot be opened");
	if (back < 0)
		return reason_errno(why, -errno, "the working directory cannot be opened");
	err = cover_from_inside(&cover, file, data, size, why);
	if (fchdir(back) < 0 && !err)
		err = reason_errno(why, -errno, "cannot come back to the working directory");
	return err;
}
