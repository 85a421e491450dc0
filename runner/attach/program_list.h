/* SPDX-License-Identifier: MIT */
/*
 * --list: what would be attached.
 */
#ifndef COREBTF_RUNNER_PROGRAM_LIST_H
#define COREBTF_RUNNER_PROGRAM_LIST_H

#include <stdio.h>

#include "runtime/util/reason.h"
#include "runner/object/loading.h"

/*
 * Prints a line for each program of the tool: its name, the kind, the place and whether it would be
 * attached. Nothing is loaded; of functions and of tracepoints that are found in the kernel's BTF
 * only the load can say whether they are there. Errors: an object that cannot be opened.
 */
int program_list_print(const struct loading *loading, FILE *file, struct reason *why);

#endif
