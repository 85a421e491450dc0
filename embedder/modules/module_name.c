/* SPDX-License-Identifier: MIT */
#include "embedder/modules/module_name.h"

#include <string.h>

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t end_length = strlen(end);

	return length > end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

bool module_name_read(const char *path, char ret_name[MODULE_NAME_SIZE])
{
	static const char *const ends[] = {".ko", ".ko.xz", ".ko.zst", ".ko.gz", ".ko.debug"};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t length = strlen(name), stem = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends) && !stem; i++)
		if (ends_with(name, length, ends[i]))
			stem = length - strlen(ends[i]);
	if (!stem || stem >= MODULE_NAME_SIZE)
		return false;
	for (size_t i = 0; i < stem; i++)
		ret_name[i] = name[i] == '-' ? '_' : name[i];
	ret_name[stem] = '\0';
	return true;
}

bool module_name_is_of(const char *member, const char *release)
{
	static const char folder[] = "modules/";
	size_t length = strlen(release);

	for (const char *at = strstr(member, folder); at; at = strstr(at + 1, folder)) {
		const char *rest = at + strlen(folder);

		if ((at == member || at[-1] == '/') && strncmp(rest, release, length) == 0 &&
		    rest[length] == '/')
			return true;
	}
	return false;
}

bool module_name_is_path(const char *member)
{
	char name[MODULE_NAME_SIZE];

	return module_name_read(member, name) &&
	       (strncmp(member, "modules/", 8) == 0 || strstr(member, "/modules/"));
}

bool module_name_equals(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return *a == *b;
}
