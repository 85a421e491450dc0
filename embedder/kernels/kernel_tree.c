/* SPDX-License-Identifier: MIT */
/*
 * In: a folder. Out: each file below it that is named like one with kernels in it.
 */
#include "embedder/kernels/kernel_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/kernels/kernel_path.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

/* The layout has four levels; each level of a walk holds a file descriptor. */
#define FOLDER_DEPTH_MAX 32

struct folder_key {
	dev_t device;
	ino_t inode;
};

/* A symlinked folder that is still to be walked. */
struct link {
	char *below; /* path below the root */
	unsigned int depth;
};

struct walk {
	const char *root;
	const struct kernel_tree_visitor *visitor;
	struct folder_key *walked;
	size_t walked_count, walked_capacity;
	struct link *links;
	size_t link_count, link_capacity;
	size_t seen;
};

static void cleanup_walk(struct walk *walk)
{
	free(walk->walked);
	for (size_t i = 0; i < walk->link_count; i++)
		free(walk->links[i].below);
	free(walk->links);
}

char *kernel_tree_join(const char *base, const char *name)
{
	size_t length = strlen(base);
	const char *slash = !length || !*name || base[length - 1] == '/' ? "" : "/";
	char *path;

	return asprintf(&path, "%s%s%s", base, slash, name) < 0 ? NULL : path;
}

static void walk_skip(const struct walk *walk, const char *below, const char *what, int error)
{
	struct reason why;

	if (error)
		reason_errno(&why, error, what);
	else
		reason_set(&why, 0, "%s", what);
	walk->visitor->skip(walk->visitor->context, below, why.text);
}

/* 1: the folder was walked before; 0: it is noted now. */
static int walk_note_folder(struct walk *walk, const struct stat *status)
{
	for (size_t i = 0; i < walk->walked_count; i++) {
		if (walk->walked[i].device == status->st_dev &&
		    walk->walked[i].inode == status->st_ino)
			return 1;
	}
	if (array_reserve(walk->walked, walk->walked_capacity, walk->walked_count + 1))
		return -ENOMEM;
	walk->walked[walk->walked_count++] = (struct folder_key){status->st_dev, status->st_ino};
	return 0;
}

static int walk_note_link(struct walk *walk, const char *below, unsigned int depth)
{
	char *copy;

	if (array_reserve(walk->links, walk->link_capacity, walk->link_count + 1))
		return -ENOMEM;
	copy = strdup(below);
	if (!copy)
		return -ENOMEM;
	walk->links[walk->link_count++] = (struct link){copy, depth};
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
	char **names;
	size_t count, capacity;
};

static void cleanup_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
}

static void cleanup_closedir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

/* The names in a folder, sorted. Skips hidden ones (.git, .cache). */
static int read_names(DIR *directory, struct names *names)
{
	for (;;) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(directory);
		if (!entry && errno)
			return -errno;
		if (!entry)
			break;
		if (entry->d_name[0] == '.')
			continue;
		if (array_reserve(names->names, names->capacity, names->count + 1))
			return -ENOMEM;
		names->names[names->count] = strdup(entry->d_name);
		if (!names->names[names->count])
			return -ENOMEM;
		names->count++;
	}
	if (names->count)
		qsort(names->names, names->count, sizeof(*names->names), compare_names);
	return 0;
}

static int walk_folder(struct walk *walk, int parent, const char *name, const char *below,
		       unsigned int depth);

/* One name in a folder: a kernel's file, a folder, or neither. */
static int walk_name(struct walk *walk, int folder, const char *name, const char *folder_below,
		     unsigned int depth)
{
	_cleanup_free_ char *below = kernel_tree_join(folder_below, name);
	bool named_btf = kernel_path_kind(name) != KERNEL_PATH_NONE;
	struct stat status;
	bool is_link;

	if (!below)
		return -ENOMEM;
	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
		walk_skip(walk, below, "cannot look at it", -errno);
		return 0;
	}
	is_link = S_ISLNK(status.st_mode);
	if (is_link && fstatat(folder, name, &status, 0) < 0) {
		int err = -errno;

		walk->seen += named_btf;
		if (named_btf)
			walk_skip(walk, below, "cannot follow the link", err);
		return 0;
	}
	if (S_ISDIR(status.st_mode) && is_link)
		return walk_note_link(walk, below, depth + 1);
	if (S_ISDIR(status.st_mode))
		return walk_folder(walk, folder, name, below, depth + 1);
	if (!named_btf)
		return 0;
	walk->seen++;
	if (!S_ISREG(status.st_mode)) {
		walk_skip(walk, below, "not a regular file", 0);
		return 0;
	}
	return walk->visitor->file(walk->visitor->context, folder_below, name, depth);
}

static int walk_folder(struct walk *walk, int parent, const char *name, const char *below,
		       unsigned int depth)
{
	_cleanup_(cleanup_closedir) DIR *directory = NULL;
	_cleanup_(cleanup_names) struct names names = {0};
	_cleanup_close_ int fd = -1;
	struct stat status;
	int err;

	if (depth > FOLDER_DEPTH_MAX) {
		walk_skip(walk, below, "its folders are nested too deeply", 0);
		return 0;
	}
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0) {
		walk_skip(walk, below, "cannot open the folder", -errno);
		return 0;
	}
	err = walk_note_folder(walk, &status);
	if (err)
		return err < 0 ? err : 0;

	directory = fdopendir(fd);
	if (!directory)
		return -errno;
	fd = -1; /* closed with the directory */
	err = read_names(directory, &names);
	if (err == -ENOMEM)
		return err;
	if (err)
		walk_skip(walk, below, "cannot read the folder", err);
	for (size_t i = 0; i < names.count; i++) {
		err = walk_name(walk, dirfd(directory), names.names[i], below, depth);
		if (err)
			return err;
	}
	return 0;
}

/* Links may lead to folders with further links, which are walked last. */
static int walk_links(struct walk *walk)
{
	for (size_t i = 0; i < walk->link_count; i++) {
		_cleanup_free_ char *below = strdup(walk->links[i].below);
		_cleanup_free_ char *path = below ? kernel_tree_join(walk->root, below) : NULL;
		int err = path ? walk_folder(walk, AT_FDCWD, path, below, walk->links[i].depth)
			       : -ENOMEM;

		if (err)
			return err;
	}
	return 0;
}

int kernel_tree_walk(const char *root, const struct kernel_tree_visitor *visitor, size_t *ret_seen,
		     struct reason *why)
{
	_cleanup_(cleanup_walk) struct walk walk = {.root = root, .visitor = visitor};
	int err;

	/*
	 * Below the root, a folder that cannot be read is skipped. The root is what the user named.
	 */
	if (access(root, R_OK | X_OK) < 0)
		return reason_errno(why, -errno, "cannot read the folder");
	err = walk_folder(&walk, AT_FDCWD, root, "", 0);
	if (!err)
		err = walk_links(&walk);
	if (err)
		return reason_errno(why, err, "cannot walk the folder");
	*ret_seen = walk.seen;
	return 0;
}
