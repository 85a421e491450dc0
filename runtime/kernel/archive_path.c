/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "runtime/kernel/archive_path.h"
#include "runtime/kernel/machine.h"

#define RAW ".btf"

/* @length without the ending, if @name has it and something before it. */
static size_t without(const char *name, size_t length, const char *ending)
{
	size_t size = strlen(ending);

	return length > size && !memcmp(name + length - size, ending, size) ? length - size
									    : length;
}

const char *archive_path_ending(const char *path)
{
	static const char *const packings[] = {".xz", ".gz", ".zst", ".bz2", ".lz4"};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t length = strlen(name), plain = length, release;

	for (size_t i = 0; plain == length && i < sizeof(packings) / sizeof(packings[0]); i++)
		plain = without(name, length, packings[i]);
	plain = without(name, plain, ".tar");
	release = without(name, plain, RAW);
	return release == plain || *name == '.' ? NULL : name + release;
}

bool archive_path_is_raw(const char *path)
{
	const char *ending = archive_path_ending(path);

	return ending && !strcmp(ending, RAW);
}

static const char *known(const char *name)
{
	return strcmp(name, ARCHIVE_PATH_UNKNOWN) != 0 ? name : "";
}

bool archive_path_cut(char *path, struct kernel_id *ret_id)
{
	const char *ending = archive_path_ending(path);
	const char *folders[3]; /* the last one first */
	size_t count = 0;
	char *slash;

	if (!ending)
		return false;
	path[ending - path] = '\0';
	*ret_id = KERNEL_ID_UNKNOWN;
	slash = strrchr(path, '/');
	ret_id->release = slash ? slash + 1 : path;
	while (slash && count < sizeof(folders) / sizeof(folders[0])) {
		const char *name;

		*slash = '\0';
		while (slash > path && slash[-1] == '/')
			*--slash = '\0';
		slash = strrchr(path, '/');
		name = slash ? slash + 1 : path;
		if (!*name || *name == '.' || !strcmp(name, ARCHIVE_PATH_ROOT))
			break;
		folders[count++] = name;
	}
	if (count > 0)
		ret_id->machine = machine_canonical(folders[0]);
	if (count == 3) {
		ret_id->version_id = known(folders[1]);
		ret_id->os_id = known(folders[2]);
	}
	return true;
}
