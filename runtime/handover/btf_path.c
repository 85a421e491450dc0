/* SPDX-License-Identifier: MIT */
/*
 * A list of the paths that were returned to callers. It says whether a path is ours, how many
 * others share its file, and which named files must be removed at exit.
 *
 * A path is identified by its address and its text. So a path that the caller made itself is left
 * alone even if it reads like one of ours, and one that the caller freed with free() is noticed
 * when malloc() returns its address again.
 *
 * A daemon may close all descriptors, a child inherits them, a folder may be cleaned up. So before
 * a file is shared, closed or removed, its descriptor or name is compared with the file that was
 * made (device and inode).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/handover/btf_path.h"
#include "runtime/util/cleanup.h"
#include "runtime/handover/unnamed_file.h"
#include "runtime/util/file_bytes.h"

struct shared_file {
	int fd;
	dev_t device;
	ino_t inode;
	size_t size;
	size_t paths; /* that lead here */
	char *name;   /* NULL: only /proc/self/fd/N leads to it */
	pid_t maker;  /* of the name; 0: not we. A child must not remove its parent's files. */
};

struct btf_path {
	struct btf_path *next;
	struct shared_file *file;
	char *text; /* the caller's */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static struct btf_path *paths;

static void lock_paths(void)
{
	pthread_mutex_lock(&lock);
}

static void unlock_paths(void)
{
	pthread_mutex_unlock(&lock);
}

/* Another thread may hold the lock during fork(2), and in the child it would never be released. */
static void watch_fork(void)
{
	pthread_atfork(lock_paths, unlock_paths, unlock_paths);
}

static bool is_same_file(const struct shared_file *file, const struct stat *status)
{
	return file->device == status->st_dev && file->inode == status->st_ino;
}

/* Removes the name if this process made it and it still belongs to the file. */
static void remove_name(const struct shared_file *file)
{
	struct stat status;

	if (file->name && file->maker == getpid() && !lstat(file->name, &status) &&
	    is_same_file(file, &status))
		unlink(file->name);
}

static void file_free(struct shared_file *file)
{
	struct stat status;

	if (!file)
		return;
	remove_name(file);
	if (file->fd >= 0 && !fstat(file->fd, &status) && is_same_file(file, &status))
		close(file->fd);
	free(file->name);
	free(file);
}

static void release_file(struct shared_file **file)
{
	file_free(*file);
}
#define _cleanup_file_ __attribute__((cleanup(release_file)))

/* The text of a file's path, malloc'd; NULL without memory. */
static char *file_text(const struct shared_file *file)
{
	char path[UNNAMED_FILE_PATH_SIZE];

	if (file->name)
		return strdup(file->name);
	unnamed_file_path(file->fd, path);
	return strdup(path);
}

static bool is_text_of(const struct shared_file *file, const char *text)
{
	char path[UNNAMED_FILE_PATH_SIZE];

	if (file->name)
		return !strcmp(file->name, text);
	unnamed_file_path(file->fd, path);
	return !strcmp(path, text);
}

/* The bytes that a path is wanted for. */
struct wanted {
	const void *data; /* NULL: they are in a file */
	int fd;
	size_t size;
};

static bool holds(int fd, const struct wanted *wanted)
{
	return wanted->data ? file_bytes_equal(fd, wanted->data, wanted->size, 0)
			    : file_bytes_equal_files(fd, wanted->fd, wanted->size);
}

/* Whether one more path may lead to this file: opened as libbpf will, it has these bytes. */
static bool can_share(const struct btf_path *path, const struct wanted *wanted)
{
	const struct shared_file *file = path->file;
	_cleanup_memory_ char *text = NULL;
	_cleanup_fd_ int fd = -1;
	struct stat status;

	if (file->size != wanted->size || (file->name && file->maker != getpid()))
		return false;
	text = file_text(file);
	if (text)
		fd = open(text, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd >= 0 && !fstat(fd, &status) && is_same_file(file, &status) && holds(fd, wanted);
}

/* Takes a path out of the list, and its file with the last one. The text is the caller's. */
static void path_end(struct btf_path **link)
{
	struct btf_path *path = *link;

	*link = path->next;
	if (--path->file->paths == 0)
		file_free(path->file);
	free(path);
}

/* The file of a path in use that has the wanted bytes; NULL when there is none. */
static struct shared_file *find_file(const struct wanted *wanted)
{
	for (const struct btf_path *path = paths; path; path = path->next)
		if (can_share(path, wanted))
			return path->file;
	return NULL;
}

/* Turns the draft into a file, which takes over its descriptor and name. */
static int file_new(struct draft *draft, struct shared_file **ret_file)
{
	_cleanup_file_ struct shared_file *file = calloc(1, sizeof(*file));
	struct stat status;
	int err;

	if (!file)
		return -ENOMEM;
	file->fd = -1;
	err = draft_finish(draft, &status);
	if (err)
		return err;
	file->fd = draft->fd;
	file->name = draft->name;
	file->maker = draft->name ? getpid() : 0;
	file->size = draft->size;
	file->device = status.st_dev;
	file->inode = status.st_ino;
	draft->fd = -1;
	draft->name = NULL;
	*ret_file = file;
	file = NULL;
	return 0;
}

/* Puts @path in the list, with the lock held. */
static void path_start(struct btf_path *path, struct shared_file *file, char *text)
{
	file->paths++;
	/* A known address: the owner of that path called free(). */
	for (struct btf_path **link = &paths; *link; link = &(*link)->next)
		if ((*link)->text == text) {
			path_end(link);
			break;
		}
	path->file = file;
	path->text = text;
	path->next = paths;
	paths = path;
}

/* A path to a file in use that has the bytes, or else to the one that the draft becomes. @draft is
 * not open when the bytes are only in memory. */
static int path_new(struct wanted wanted, struct draft *draft, const struct log *log,
		    char **ret_path)
{
	_cleanup_file_ struct shared_file *made = NULL;
	_cleanup_memory_ struct btf_path *path = calloc(1, sizeof(*path));
	struct shared_file *file;
	char *text = NULL;
	int err = 0;

	if (!path)
		return -ENOMEM;
	pthread_once(&fork_once, watch_fork);
	lock_paths();
	file = find_file(&wanted);
	if (!file) {
		/* The log function is the caller's and may call us, so the lock must not be held.
		 */
		unlock_paths();
		if (wanted.data)
			err = draft_open(draft, true, log);
		if (!err && wanted.data)
			err = draft_write(draft, wanted.data, wanted.size);
		if (!err)
			err = file_new(draft, &made);
		if (err)
			return err;
		wanted.fd = made->fd;
		lock_paths();
		file = find_file(&wanted); /* another thread was faster */
	}
	text = file_text(file ? file : made);
	if (text)
		path_start(path, file ? file : made, text);
	unlock_paths();
	if (!text)
		return -ENOMEM;
	log_line(log, "the BTF is at %s%s", text, file ? ", shared with an earlier one" : "");
	if (!file)
		made = NULL;
	path = NULL;
	*ret_path = text;
	return 0;
}

int btf_path_new(const void *data, size_t size, const struct log *log, char **ret_path)
{
	struct draft draft = DRAFT_NONE;
	int err = path_new((struct wanted){.data = data ? data : "", .fd = -1, .size = size},
			   &draft, log, ret_path);

	draft_close(&draft);
	return err;
}

int btf_path_of_draft(struct draft *draft, const struct log *log, char **ret_path)
{
	int err = path_new((struct wanted){.fd = draft->fd, .size = draft->size}, draft, log,
			   ret_path);

	draft_close(draft);
	return err;
}

int btf_path_of_file(const char *name, char **ret_path)
{
	_cleanup_file_ struct shared_file *file = calloc(1, sizeof(*file));
	_cleanup_memory_ struct btf_path *path = calloc(1, sizeof(*path));
	char *text = strdup(name);

	if (file) {
		file->fd = -1;
		file->name = strdup(name); /* without a maker it is neither removed nor shared */
	}
	if (!file || !file->name || !path || !text) {
		free(text);
		return -ENOMEM;
	}
	pthread_once(&fork_once, watch_fork);
	lock_paths();
	path_start(path, file, text);
	unlock_paths();
	file = NULL;
	path = NULL;
	*ret_path = text;
	return 0;
}

bool btf_path_free(char *path)
{
	bool is_ours = false;

	if (!path)
		return false;
	lock_paths();
	for (struct btf_path **link = &paths; *link; link = &(*link)->next)
		if ((*link)->text == path && is_text_of((*link)->file, path)) {
			path_end(link);
			is_ours = true;
			break;
		}
	unlock_paths();
	if (is_ours)
		free(path);
	return is_ours;
}

/* At exit, and when a shared library with this code is unloaded; descriptors close by themselves.
 */
__attribute__((destructor)) static void remove_names(void)
{
	lock_paths();
	for (const struct btf_path *path = paths; path; path = path->next)
		remove_name(path->file);
	unlock_paths();
}
