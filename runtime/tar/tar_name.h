/* SPDX-License-Identifier: MIT */
/*
 * Which kernel the name of a member says.
 */
#ifndef COREBTF_TAR_NAME_H
#define COREBTF_TAR_NAME_H

#include <stdbool.h>

#include "runtime/kernel/kernel_id.h"
#include "runtime/tar/tar.h"

/* Cuts a normalised name as archive_path.h does, in place. False unless it is a raw BTF in the
 * folder of a machine. */
bool tar_name_split(char *name, struct kernel_id *ret_id);

#endif
