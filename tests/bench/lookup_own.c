/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include <corebtf.h>

#include "tests/bench/lookup.h"

int lookup_path(char **ret_path)
{
	int err;

	*ret_path = NULL;
	err = corebtf_path_for_running_kernel(ret_path, NULL);
	return err ? err : *ret_path ? 0 : -EEXIST;
}

int lookup_hold(char **path)
{
	static struct corebtf *handle; /* open until the process ends */
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	int err;

	corebtf_path_free(*path);
	err = corebtf_open_self(&handle, NULL);
	if (!err)
		err = corebtf_find_entry(handle, NULL, &entry);
	return err ? err : corebtf_entry_path(handle, &entry, path);
}

void lookup_end(char *path)
{
	corebtf_path_free(path);
}
