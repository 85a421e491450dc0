/* SPDX-License-Identifier: MIT */
#ifndef COREBTF_CLI_MEMORY_OPTION_H
#define COREBTF_CLI_MEMORY_OPTION_H

#include <stdint.h>

#include "embedder/cli/command.h"

/* The value of --memory: a number of bytes, or of KiB, MiB, GiB with K, M, G after it.
 * COMMAND_GO, or STATUS_USAGE after a line that says why. */
int memory_option_take(const struct command *command, const char *value, uint64_t *ret_bytes);

#endif
