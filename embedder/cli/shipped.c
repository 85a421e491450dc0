/* SPDX-License-Identifier: MIT */
#include "embedder/cli/shipped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

char *shipped_path(const char *name)
{
	_cleanup_free_ char *command = realpath("/proc/self/exe", NULL);
	char *slash = command ? strrchr(command, '/') : NULL, *path;

	if (!slash)
		return NULL;
	*slash = '\0';
	return asprintf(&path, "%s/" COREBTF_SHIPPED_FOLDER "/%s", command, name) < 0 ? NULL : path;
}

char *shipped_find(const char *name)
{
	_cleanup_free_ char *path = shipped_path(name);
	char *found = path ? realpath(path, NULL) : NULL;

	if (found && access(found, R_OK) == 0)
		return found;
	free(found);
	return NULL;
}
