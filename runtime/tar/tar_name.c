/* SPDX-License-Identifier: MIT */
#include "runtime/kernel/archive_path.h"
#include "runtime/tar/tar_name.h"

bool tar_name_split(char *name, struct kernel_id *ret_id)
{
	return archive_path_is_raw(name) && archive_path_cut(name, ret_id) && *ret_id->machine;
}
