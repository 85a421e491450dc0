/* SPDX-License-Identifier: MIT */
/*
 * The functions of btf_core_path.h: one call to locate a BTF, with bcc's errors.
 */
#include <errno.h>

#include <btf_core_path.h>
#include <corebtf.h>

#include "runtime/locate/locate.h"

/* bcc's error for a program that was built without BTFs. */
static int bcc_error(int err)
{
	return err == -ENODATA ? -EOPNOTSUPP : err;
}

int ensure_core_btf_with_tar_binary(char **path, const char *tar_bin, int tar_len)
{
	const struct host here = {.root = NULL};

	if (!path || tar_len < 0 || (tar_len && !tar_bin))
		return -EINVAL;
	return bcc_error(
		locate_path_in_tar(&here, tar_len ? tar_bin : "", (size_t)tar_len, path, NULL));
}

int ensure_core_btf_with_linked_tar(char **path)
{
	return bcc_error(corebtf_path_for_running_kernel(path, NULL)); /* -EINVAL for NULL */
}

int clean_core_btf_rs(char *path)
{
	return !path || corebtf_path_free(path) ? 0 : -EINVAL;
}
