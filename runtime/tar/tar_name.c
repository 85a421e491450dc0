/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "runtime/tar/tar_name.h"

#define SUFFIX ".btf"

/* Adds the parts of @name to @out, of which @length bytes are taken. Returns false when it does
 * not fit or goes up where nothing is. */
static bool add_parts(const char *name, char *out, size_t *length)
{
	while (*name) {
		size_t part = strcspn(name, "/");

		if (part == 2 && !memcmp(name, "..", 2)) {
			if (!*length)
				return false;
			while (*length && out[*length - 1] != '/')
				--*length;
			if (*length)
				--*length; /* the slash */
		} else if (part && !(part == 1 && *name == '.')) {
			if (*length + 1 + part >= TAR_NAME_SIZE)
				return false;
			if (*length)
				out[(*length)++] = '/';
			memcpy(out + *length, name, part);
			*length += part;
		}
		name += part;
		name += strspn(name, "/");
	}
	return true;
}

bool tar_name_normalise(const char *name, const char *folder_of, char out[static TAR_NAME_SIZE])
{
	size_t length = 0;
	bool fits = true;

	if (folder_of && name[0] != '/') {
		fits = add_parts(folder_of, out, &length);
		while (length && out[--length] != '/')
			;
	}
	fits = fits && add_parts(name, out, &length);
	out[fits ? length : 0] = '\0';
	return fits;
}

bool tar_name_split(char *name, struct tar_name_key *ret_key)
{
	const char *parts[4] = {"", "", "", ""}; /* the last one first */
	size_t length = strlen(name);

	if (length <= strlen(SUFFIX) || strcmp(name + length - strlen(SUFFIX), SUFFIX) != 0)
		return false;
	name[length - strlen(SUFFIX)] = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char *slash = strrchr(name, '/');

		parts[i] = slash ? slash + 1 : name;
		if (!slash)
			break;
		*slash = '\0';
	}
	ret_key->release = parts[0];
	ret_key->machine = parts[1];
	ret_key->version_id = parts[2];
	ret_key->os_id = parts[3];
	return *ret_key->release && *ret_key->machine;
}
