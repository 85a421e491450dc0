/* SPDX-License-Identifier: MIT */
#include "embedder/exec/program_file.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

/* What execvp(3) searches without $PATH. */
#define DEFAULT_PATH "/bin:/usr/bin"

/* 0, or why the file cannot be run. */
static int check(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return S_ISDIR(status.st_mode) ? -EISDIR : -EACCES;
	return access(path, X_OK) < 0 ? -errno : 0;
}

/* Whether the next folder may still have it; as in execvp(3). */
static bool goes_on(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENOTDIR:
	case -ENODEV:
	case -ESTALE:
	case -ETIMEDOUT:
	case -EISDIR:
	case -EACCES:
		return true;
	}
	return false;
}

/* An empty name in $PATH is the working directory. */
static int search(const char *name, const char *folders, char **ret_path)
{
	int refused = -ENOENT;

	for (;;) {
		size_t length = strcspn(folders, ":");
		char *path = NULL;
		int err;

		if (asprintf(&path, "%.*s/%s", length ? (int)length : 1, length ? folders : ".",
			     name) < 0)
			return -ENOMEM;
		err = check(path);
		if (!err) {
			*ret_path = path;
			return 0;
		}
		free(path);
		if (!goes_on(err))
			return err;
		if (err == -EACCES || err == -EISDIR)
			refused = err;
		if (!folders[length])
			return refused;
		folders += length + 1;
	}
}

static int explain(int error, bool searched, struct reason *why)
{
	switch (error) {
	case -ENOENT:
		return reason_set(why, error, "%s",
				  searched ? "there is no such program in the folders of $PATH"
					   : "there is no such file");
	case -ENOTDIR:
		return reason_set(why, -ENOENT, "a folder of its path is no folder");
	case -EISDIR:
		return reason_set(why, error, "it is a folder, not a program");
	case -EACCES:
		return reason_set(why, error, "it may not be executed by this user");
	default:
		return reason_errno(why, error, "it cannot be run");
	}
}

int program_file_find(const char *name, char **ret_path, struct reason *why)
{
	bool searched = *name && !strchr(name, '/');
	const char *folders = getenv("PATH");
	int err;

	if (searched) {
		err = search(name, folders ? folders : DEFAULT_PATH, ret_path);
	} else {
		err = check(name);
		if (!err) {
			*ret_path = strdup(name);
			err = *ret_path ? 0 : -ENOMEM;
		}
	}
	return err ? explain(err, searched, why) : 0;
}

int program_file_run(const char *path, char *const *argv, struct reason *why)
{
	int err;

	execvp(path, argv);
	err = -errno;
	if (err == -ENOENT)
		return reason_set(why, err,
				  "it cannot be run: the interpreter that it names is not there");
	return explain(err, false, why);
}
