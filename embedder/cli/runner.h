/* SPDX-License-Identifier: MIT */
/*
 * The runner (runner/) that `corebtf tool` copies and `corebtf run` starts, one for each machine.
 */
#ifndef COREBTF_CLI_RUNNER_H
#define COREBTF_CLI_RUNNER_H

#include "embedder/elf/executable.h"

struct runner {
	char *path; /* owned */
	struct executable_info info;
	const char *machine; /* canonical, static */
};

/*
 * The runner at @path, or with @path NULL the one for @machine that is installed with the command;
 * with @machine NULL, for this machine. What is wrong is reported. 0 or a negative errno.
 */
int runner_find(const char *path, const char *machine, struct runner *ret_runner);
void runner_free(struct runner *runner); /* for _cleanup_ */

#endif
