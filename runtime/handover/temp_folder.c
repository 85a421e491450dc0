/* SPDX-License-Identifier: MIT */
/*
 * First the user's choice, then folders that are usually in memory and empty after a reboot. /tmp
 * and /var/tmp are last since they may be on a disk.
 */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/handover/temp_folder.h"

static const char *const variables[] = {"TMPDIR", "XDG_RUNTIME_DIR"};
static const char *const folders[] = {"/dev/shm", "/run", "/tmp", "/var/tmp"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *temp_folder_at(size_t number)
{
	for (size_t i = 0; i < COUNT(variables); i++) {
		/* The caller of a program with file capabilities must not choose its folders. */
		const char *folder = secure_getenv(variables[i]);

		if (folder && folder[0] == '/' && number-- == 0)
			return folder;
	}
	return number < COUNT(folders) ? folders[number] : NULL;
}

static bool is_safe_here(const char *folder)
{
	struct stat status;

	return !lstat(folder, &status) && S_ISDIR(status.st_mode) &&
	       (status.st_uid == 0 || status.st_uid == geteuid()) &&
	       (!(status.st_mode & (S_IWGRP | S_IWOTH)) || (status.st_mode & S_ISVTX));
}

bool temp_folder_is_safe(const char *folder)
{
	char path[PATH_MAX];

	/* Without links, so that each folder above can be checked. */
	if (!realpath(folder, path))
		return false;
	for (char *slash = path + strlen(path);;) {
		*slash = '\0';
		if (!is_safe_here(*path ? path : "/"))
			return false;
		if (slash == path)
			return true;
		slash = strrchr(path, '/');
	}
}
