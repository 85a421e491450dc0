/* SPDX-License-Identifier: MIT */
#ifndef COREBTF_CLI_JOBS_OPTION_H
#define COREBTF_CLI_JOBS_OPTION_H

#include "embedder/cli/command.h"

/* The value of --jobs: 1 to 4096. COMMAND_GO, or STATUS_USAGE after a line that says why. */
int jobs_option_take(const struct command *command, const char *value, unsigned int *ret_jobs);

#endif
