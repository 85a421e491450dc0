/* SPDX-License-Identifier: MIT */
/*
 * In: the environment. Out: the cache's folder, made, marked and locked.
 */
#include "embedder/hub/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

#define MARK "/.corebtf-fetch"

/* The folder that the btfgen script of bpf-compatible makes in its cache. */
#define SCRIPT_FOLDER "/btfhub-archive-repos"

static const char tag[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
			  "# The cache of corebtf fetch: all in here can be fetched again.\n";

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* $XDG_CACHE_HOME/corebtf/NAME, else ~/.cache/corebtf/NAME. */
static int find_below_home(const char *name, char **ret_path, struct reason *why)
{
	const char *caches = variable("XDG_CACHE_HOME"), *home = variable("HOME");
	int length;

	if (!home) {
		const struct passwd *user = getpwuid(getuid());

		home = user && *user->pw_dir ? user->pw_dir : NULL;
	}
	/* The XDG base directory specification has relative paths ignored. */
	if (caches && *caches == '/')
		length = asprintf(ret_path, "%s/corebtf/%s", caches, name);
	else if (home)
		length = asprintf(ret_path, "%s/.cache/corebtf/%s", home, name);
	else
		return reason_set(why, -EINVAL,
				  "no folder for the cache: set XDG_CACHE_HOME (HOME is not set)");
	if (length >= 0)
		return 0;
	*ret_path = NULL;
	return reason_errno(why, -ENOMEM, "cannot keep the path");
}

int cache_find(char **ret_path, struct reason *why)
{
	const char *given = variable("BTFHUB_CACHE");

	if (!given)
		return find_below_home("btfhub", ret_path, why);
	*ret_path = strdup(given);
	return *ret_path ? 0 : reason_errno(why, -ENOMEM, "cannot keep the path");
}

static void cleanup_closedir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

/* 1: @counts holds for a name in the folder; 0: for none. */
static int find_name(const char *path, bool (*counts)(const char *path, const char *name))
{
	_cleanup_(cleanup_closedir) DIR *directory = opendir(path);

	if (!directory)
		return -errno;
	for (;;) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(directory);
		if (!entry)
			return -errno;
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    counts(path, entry->d_name))
			return 1;
	}
}

static bool is_any(const char *path, const char *name)
{
	return true;
}

static bool is_file(const char *path, const char *name)
{
	return *name != '.';
}

/* A repository of which nothing was fetched has git's own folder only. */
static bool is_filled(const char *path, const char *name)
{
	_cleanup_free_ char *below = NULL;

	if (*name == '.' || asprintf(&below, "%s/%s", path, name) < 0) {
		below = NULL;
		return false;
	}
	return find_name(below, is_file) != 0; /* otherwise reading it reports the error */
}

static bool has(const char *path, const char *name)
{
	_cleanup_free_ char *below = NULL;
	struct stat status;

	if (asprintf(&below, "%s%s", path, name) < 0) {
		below = NULL;
		return false;
	}
	return lstat(below, &status) == 0;
}

/* As `mkdir -p`. */
static int make_folders(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0777) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(copy, 0777) < 0 && errno != EEXIST ? -errno : 0;
}

int cache_open_programs(struct output_folder *ret_folder, struct reason *why)
{
	_cleanup_free_ char *path = NULL;
	int err = find_below_home("programs", &path, why);

	if (err)
		return err;
	err = make_folders(path);
	return err ? reason_errno(why, err, path) : output_folder_open(path, ret_folder, why);
}

static int open_below(const char *path, const char *name, int flags)
{
	_cleanup_free_ char *below = NULL;
	int fd;

	if (asprintf(&below, "%s%s", path, name) < 0) {
		below = NULL;
		return -ENOMEM;
	}
	fd = open(below, flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	return fd < 0 ? -errno : fd;
}

static int write_tag(const char *path)
{
	_cleanup_close_ int fd = open_below(path, "/CACHEDIR.TAG", O_WRONLY | O_EXCL);

	if (fd < 0)
		return fd == -EEXIST ? 0 : fd;
	return write(fd, tag, strlen(tag)) == (ssize_t)strlen(tag) ? 0 : -EIO;
}

static int refuse_foreign(const char *path, struct reason *why)
{
	return reason_set(
		why, -EEXIST,
		"%s; it is left alone: set BTFHUB_CACHE to a folder that is empty or not "
		"there yet",
		has(path, SCRIPT_FOLDER)
			? "this is the cache of the btfgen script, which trims files in place"
			: "this folder has something in it that is not of corebtf fetch");
}

int cache_open(const char *path, struct cache *ret_cache, struct reason *why)
{
	_cleanup_(cache_close) struct cache cache = {.lock = -1};
	int err = make_folders(path);

	if (err)
		return reason_errno(why, err, "cannot make the folder of the cache");
	cache.path = realpath(path, NULL);
	if (!cache.path)
		return reason_errno(why, -errno, "cannot resolve the path");
	if (!has(cache.path, MARK)) {
		err = find_name(cache.path, is_any);
		if (err < 0)
			return reason_errno(why, err, "cannot read the folder of the cache");
		if (err)
			return refuse_foreign(cache.path, why);
	}
	cache.lock = open_below(cache.path, MARK, O_RDWR);
	if (cache.lock < 0)
		return reason_errno(why, cache.lock, "cannot open its file .corebtf-fetch");
	if (flock(cache.lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return reason_set(why, -EBUSY,
					  "another corebtf fetch is at work in it; run this one "
					  "again when that has ended");
		return reason_errno(why, -errno, "cannot lock it");
	}
	err = write_tag(cache.path);
	if (err)
		return reason_errno(why, err, "cannot write its file CACHEDIR.TAG");
	*ret_cache = cache;
	cache = (struct cache){.lock = -1};
	return 0;
}

void cache_close(struct cache *cache)
{
	free(cache->path);
	if (cache->lock >= 0)
		close(cache->lock);
	*cache = (struct cache){.lock = -1};
}

int cache_find_kernels(char **ret_path, struct reason *why)
{
	int err = cache_find(ret_path, why);

	if (err)
		return err;
	/* btfgen's cache has trimmed BTFs, which must not be taken for full ones. */
	if (has(*ret_path, SCRIPT_FOLDER))
		return refuse_foreign(*ret_path, why);
	err = find_name(*ret_path, is_filled);
	if (err == 0 || err == -ENOENT)
		return reason_set(why, -ENOENT,
				  "no kernels were fetched yet: run 'corebtf fetch', or give "
				  "--kernels a path");
	return err < 0 ? reason_errno(why, err, "cannot read the folder of the cache") : 0;
}
