/* SPDX-License-Identifier: MIT */
/*
 * A compatibility report on standard output: a table on a terminal, one line for each problem
 * elsewhere.
 */
#ifndef COREBTF_CLI_COMPAT_PRINT_H
#define COREBTF_CLI_COMPAT_PRINT_H

#include <stdbool.h>

#include "embedder/compat/compat.h"

/* @everything: the table and all problems, also what is guarded. 0 or -ENOMEM. */
int compat_print(const struct compat *compat, bool everything);

#endif
