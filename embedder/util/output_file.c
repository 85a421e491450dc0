/* SPDX-License-Identifier: MIT */
/*
 * Bytes come in, a file comes out that is either the old one or the whole new one.
 *
 * Owner, mode and extended attributes are set last, just before the rename: a chown and even a
 * write clear the setuid bits and the capabilities, and a half-written program must never be a
 * privileged one.
 */
#include "embedder/util/output_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/random_name.h"
#include "embedder/util/regular_file.h"

/* As many links as the kernel follows before it reports ELOOP. */
#define MAX_LINKS 40

/* The name in the temporary file's name is cut to this, so that it stays below NAME_MAX. */
#define MAX_NAME_PART 200
#define MAX_ATTEMPTS  100

/* The folder of @path in a form that can be opened: "." for a bare name. NULL: no memory. */
static char *folder_of(const char *path)
{
	const char *name = basename(path);

	if (name == path)
		return strdup(".");
	if (name == path + 1)
		return strdup("/");
	return strndup(path, (size_t)(name - path - 1));
}

/* One step along a symbolic link: @link's target, seen from where @link is. */
static int follow_link(const char *link, char **ret_target)
{
	char target[PATH_MAX];
	char *joined;
	ssize_t length = readlink(link, target, sizeof(target) - 1);

	if (length < 0)
		return -errno;
	target[length] = '\0';
	if (target[0] == '/')
		joined = strdup(target);
	else if (asprintf(&joined, "%.*s%s", (int)(basename(link) - link), link, target) < 0)
		joined = NULL;
	if (!joined)
		return -ENOMEM;
	*ret_target = joined;
	return 0;
}

/*
 * Where the bytes of @path are, or will be when nothing is there yet: the end of the chain of
 * symbolic links. A chain through /proc (as /dev/stdout has) leads to an open file rather than
 * to a name, so there is nothing to rename over: *ret_direct.
 */
static int resolve_destination(const char *path, char **ret_path, bool *ret_direct)
{
	_cleanup_free_ char *current = strdup(path);
	struct stat st;
	int err;

	if (!current)
		return -ENOMEM;
	for (int links = 0; links < MAX_LINKS; links++) {
		char *next;

		err = lstat(current, &st) < 0 ? -errno : 0;
		if (err && err != -ENOENT)
			return err;
		if (err || !S_ISLNK(st.st_mode)) {
			*ret_path = TAKE_PTR(current);
			return 0;
		}
		if (strncmp(current, "/proc/", 6) == 0) {
			*ret_path = TAKE_PTR(current);
			*ret_direct = true;
			return 0;
		}
		err = follow_link(current, &next);
		if (err)
			return err;
		free(current);
		current = next;
	}
	return -ELOOP;
}

/* ".NAME.corebtf-": how the names of temporary files for the destination @path start. */
static char *temporary_prefix(const char *path)
{
	char *prefix;

	return asprintf(&prefix, ".%.*s.corebtf-", MAX_NAME_PART, basename(path)) < 0 ? NULL
										      : prefix;
}

/*
 * Removes one temporary file that a killed run left behind. A run that is alive holds a lock on its
 * own. Where files cannot be locked, nothing is removed.
 */
static void remove_stale(int folder, const char *name)
{
	_cleanup_close_ int fd =
		openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(folder, name, 0);
}

/* Failures are no reason not to write the file. */
static void remove_all_stale(const char *path, const char *prefix)
{
	_cleanup_free_ char *folder_path = folder_of(path);
	DIR *folder = folder_path ? opendir(folder_path) : NULL;
	const struct dirent *entry;

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
		    strlen(entry->d_name) == strlen(prefix) + RANDOM_NAME_LETTERS)
			remove_stale(dirfd(folder), entry->d_name);
	}
	closedir(folder);
}

/*
 * Makes the temporary file @path and locks it. -EEXIST: it is there already, or another run took it
 * for a stale one before it was locked.
 */
static int make_temporary(struct output_file *file, const char *path, mode_t mode)
{
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	struct stat status;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX) == 0 && fstat(fd, &status) == 0 && !status.st_nlink)
		return -EEXIST;
	/* The lock has to last until the file has its name; closing @fd alone does not end it. */
	file->lock = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (file->lock < 0) {
		int err = -errno;

		unlink(path);
		return err;
	}
	file->fd = TAKE_FD(fd);
	return 0;
}

/*
 * Opens a new file beside the destination. mkostemp would do but for the mode: for a file that
 * takes nothing over, the kernel applies the umask (or the folder's default access list).
 */
static int open_temporary(struct output_file *file, mode_t mode, struct reason *why)
{
	_cleanup_free_ char *folder = folder_of(file->path);
	_cleanup_free_ char *prefix = temporary_prefix(file->path);
	int err = -EEXIST;

	if (!folder || !prefix)
		return reason_errno(why, -ENOMEM, file->path);
	remove_all_stale(file->path, prefix);
	for (int attempt = 0; attempt < MAX_ATTEMPTS && err == -EEXIST; attempt++) {
		_cleanup_free_ char *path = NULL;
		char tail[RANDOM_NAME_LETTERS + 1];

		err = random_name(tail, why);
		if (err)
			return err;
		if (asprintf(&path, "%s/%s%s", folder, prefix, tail) < 0) {
			path = NULL;
			return reason_errno(why, -ENOMEM, file->path);
		}
		err = make_temporary(file, path, mode);
		if (!err)
			file->temporary_path = TAKE_PTR(path);
	}
	if (err)
		return reason_set(why, err, "cannot create a file in the folder %s: %s", folder,
				  strerror(-err));
	return 0;
}

static int open_direct(struct output_file *file, struct reason *why)
{
	/* O_APPEND: what a shell has redirected with >> is not ours to overwrite. */
	file->fd = open(file->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
	if (file->fd < 0)
		return reason_set(why, -errno, "cannot write to %s: %s", file->path,
				  strerror(errno));
	return 0;
}

int output_file_open(const char *path, const char *like, struct output_file *ret_file,
		     struct reason *why)
{
	_cleanup_(output_file_abandon) struct output_file file = {0};
	bool direct = false, exists;
	struct stat old, model;
	int err;

	file.fd = file.lock = -1;
	err = resolve_destination(path, &file.path, &direct);
	if (err)
		return reason_errno(why, err, path);
	exists = stat(file.path, &old) == 0;
	if (!exists && errno != ENOENT)
		return reason_errno(why, -errno, path);
	if (exists && S_ISDIR(old.st_mode))
		return reason_set(why, -EISDIR, "%s is a folder", path);
	if (*basename(file.path) == '\0')
		return reason_set(why, -EINVAL, "'%s' names no file", path);

	if (direct || (exists && !S_ISREG(old.st_mode))) {
		err = open_direct(&file, why);
	} else {
		if (!like && exists)
			like = file.path;
		if (like) {
			if (stat(like, &model) < 0)
				return reason_errno(why, -errno, like);
			file.model = strdup(like);
			if (!file.model)
				return reason_errno(why, -ENOMEM, path);
			file.mode = model.st_mode & 07777;
			file.uid = model.st_uid;
			file.gid = model.st_gid;
			file.keep_owner = exists && old.st_uid != geteuid();
		}
		err = open_temporary(&file, like ? 0600 : 0666, why);
	}
	if (err)
		return err;

	*ret_file = file;
	file = (struct output_file){0};
	return 0;
}

int output_file_write(struct output_file *file, const void *data, size_t size, struct reason *why)
{
	int err = regular_file_write(file->fd, data, size);

	return err ? reason_set(why, err, "cannot write %s: %s", file->path, strerror(-err)) : 0;
}

/* Gives the temporary file the owner and group of the model, or says why that cannot be. */
static int take_owner(struct output_file *file, struct reason *why)
{
	struct stat now;
	int err = 0;

	if (fstat(file->fd, &now) < 0)
		return reason_errno(why, -errno, file->path);
	if (now.st_uid == file->uid && now.st_gid == file->gid)
		return 0;
	if (fchown(file->fd, file->uid, file->gid) == 0)
		return 0;
	err = -errno;
	if (err != -EPERM && err != -EINVAL) /* EINVAL: an id that our user namespace lacks */
		return reason_set(why, err, "cannot set the owner of %s: %s", file->path,
				  strerror(-err));
	/* The owner is ours to lose only when it is us; the group may still be settable. */
	if (now.st_gid != file->gid && fchown(file->fd, (uid_t)-1, file->gid) == 0)
		now.st_gid = file->gid;
	if (file->keep_owner && now.st_uid != file->uid)
		return reason_set(why, err, "cannot keep the owner of %s (user id %ju): %s",
				  file->path, (uintmax_t)file->uid, strerror(-err));
	if (((file->mode & S_ISUID) && now.st_uid != file->uid) ||
	    ((file->mode & S_ISGID) && now.st_gid != file->gid))
		return reason_set(
			why, err,
			"cannot keep the setuid or setgid bit of %s, its owner is another: %s",
			file->model, strerror(-err));
	return 0;
}

/* Copies one extended attribute. Where the model has none, the result has none either: what the
 * folder's default access list has put there goes. */
static int take_attribute(struct output_file *file, const char *name, struct reason *why)
{
	_cleanup_free_ char *value = NULL;
	ssize_t size = getxattr(file->model, name, NULL, 0);

	if (size >= 0) {
		value = malloc(size ? (size_t)size : 1);
		if (!value)
			return reason_errno(why, -ENOMEM, file->path);
		size = getxattr(file->model, name, value, (size_t)size);
	}
	if (size < 0 && (errno == ENODATA || errno == ENOTSUP)) {
		(void)!fremovexattr(file->fd, name);
		return 0;
	}
	if (size < 0)
		return reason_set(why, -errno, "cannot read %s of %s: %s", name, file->model,
				  strerror(errno));
	if (fsetxattr(file->fd, name, value, (size_t)size, 0) < 0)
		return reason_set(why, -errno, "cannot give %s the %s of %s: %s", file->path, name,
				  file->model, strerror(errno));
	return 0;
}

/* Copies the attributes that users have set. A file system without such attributes (tmpfs of older
 * kernels) does not get them, as with cp. */
static int take_user_attributes(struct output_file *file, struct reason *why)
{
	_cleanup_free_ char *names = NULL;
	ssize_t size = listxattr(file->model, NULL, 0);

	if (size <= 0) /* none, or not supported */
		return 0;
	names = malloc((size_t)size);
	if (!names)
		return reason_errno(why, -ENOMEM, file->path);
	size = listxattr(file->model, names, (size_t)size);
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
		int err = 0;

		if (strncmp(names + at, "user.", strlen("user.")) == 0)
			err = take_attribute(file, names + at, why);
		if (err == -ENOTSUP)
			return 0;
		if (err)
			return err;
	}
	return 0;
}

static int take_over(struct output_file *file, struct reason *why)
{
	int err;

	if (!file->model)
		return 0;
	err = take_owner(file, why);
	if (err)
		return err;
	if (fchmod(file->fd, file->mode) < 0)
		return reason_set(why, -errno, "cannot set the mode of %s: %s", file->path,
				  strerror(errno));
	err = take_attribute(file, "system.posix_acl_access", why);
	if (err)
		return err;
	err = take_user_attributes(file, why);
	if (err)
		return err;
	return take_attribute(file, "security.capability", why);
}

/* Makes the rename durable. The file is whole either way, so a failure here is not reported. */
static void sync_folder(const char *path)
{
	_cleanup_free_ char *folder = folder_of(path);
	_cleanup_close_ int fd = -1;

	if (!folder)
		return;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		(void)!fsync(fd);
}

int output_file_commit(struct output_file *file, struct reason *why)
{
	int err = 0;

	if (file->temporary_path) {
		err = take_over(file, why);
		if (!err && fsync(file->fd) < 0)
			err = reason_set(why, -errno, "cannot write %s to the disk: %s", file->path,
					 strerror(errno));
	}
	/* Some file systems report a full disk only here. */
	if (!err && close(TAKE_FD(file->fd)) < 0)
		err = reason_set(why, -errno, "cannot write %s: %s", file->path, strerror(errno));
	if (!err && file->temporary_path) {
		if (rename(file->temporary_path, file->path) < 0) {
			err = reason_set(why, -errno, "cannot replace %s: %s", file->path,
					 strerror(errno));
		} else {
			free(TAKE_PTR(file->temporary_path));
			sync_folder(file->path);
		}
	}
	output_file_abandon(file);
	return err;
}

void output_file_abandon(struct output_file *file)
{
	if (!file->path)
		return;
	if (file->fd >= 0)
		close(file->fd);
	if (file->temporary_path)
		unlink(file->temporary_path);
	if (file->lock >= 0)
		close(file->lock);
	free(file->temporary_path);
	free(file->path);
	free(file->model);
	*file = (struct output_file){0};
}

int output_file_save(const char *path, const char *like, const void *data, size_t size,
		     struct reason *why)
{
	_cleanup_(output_file_abandon) struct output_file file = {0};
	int err;

	err = output_file_open(path, like, &file, why);
	if (err)
		return err;
	err = output_file_write(&file, data, size, why);
	if (err)
		return err;
	return output_file_commit(&file, why);
}
