/* SPDX-License-Identifier: MIT */
/*
 * The functions of btf_core_path.h: one call to locate a BTF, with bcc's errors.
 */
#include <errno.h>

#include <btf_core_path.h>
#include <corebtf.h>

#include "runtime/locate/locate.h"

/* bcc's error for a program that was built without BTFs. */
static int path_in_tar(const void *tar, size_t size, char **path)
{
	const struct host here = {.root = NULL};
	int err = locate_path_in_tar(&here, tar, size, path, NULL);

	return err == -ENODATA ? -EOPNOTSUPP : err;
}

int ensure_core_btf_with_tar_binary(char **path, const char *tar_bin, int tar_len)
{
	if (!path || tar_len < 0 || (tar_len && !tar_bin))
		return -EINVAL;
	return path_in_tar(tar_len ? tar_bin : "", (size_t)tar_len, path);
}

int ensure_core_btf_with_linked_tar(char **path)
{
	return path ? path_in_tar(NULL, 0, path) : -EINVAL;
}

int clean_core_btf_rs(char *path)
{
	return !path || corebtf_path_free(path) ? 0 : -EINVAL;
}
