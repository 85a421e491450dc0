/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "runtime/util/link_path.h"

/* Adds the parts of @path to @out, of which @length bytes are in use. Returns false when they do
 * not fit or go above the root. */
static bool add_parts(const char *path, char *out, size_t *length)
{
	while (*path) {
		size_t part = strcspn(path, "/");

		if (part == 2 && !memcmp(path, "..", 2)) {
			if (!*length)
				return false;
			while (*length && out[*length - 1] != '/')
				--*length;
			if (*length)
				--*length; /* the slash */
		} else if (part && !(part == 1 && *path == '.')) {
			if (*length + 1 + part >= LINK_PATH_SIZE)
				return false;
			if (*length)
				out[(*length)++] = '/';
			memcpy(out + *length, path, part);
			*length += part;
		}
		path += part;
		path += strspn(path, "/");
	}
	return true;
}

bool link_path_normalise(const char *path, const char *folder_of, char out[static LINK_PATH_SIZE])
{
	size_t length = 0;
	bool fits = true;

	if (folder_of && path[0] != '/') {
		fits = add_parts(folder_of, out, &length);
		while (length && out[--length] != '/')
			;
	}
	fits = fits && add_parts(path, out, &length);
	out[fits ? length : 0] = '\0';
	return fits;
}
