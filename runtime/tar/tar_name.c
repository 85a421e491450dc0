/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "runtime/tar/tar_name.h"

#define SUFFIX ".btf"

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
