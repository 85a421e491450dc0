/* SPDX-License-Identifier: MIT */
#ifndef COREBTF_CLI_SELECT_OPTION_H
#define COREBTF_CLI_SELECT_OPTION_H

#include "embedder/cli/command.h"
#include "embedder/kernels/kernel_select.h"

/* The value of --select is added. COMMAND_GO, or the status to end with after a line that says
 * why. */
int select_option_take(const struct command *command, const char *value,
		       struct kernel_select *select);

/* Says which expressions held for none of the kernels that were asked about. */
void select_option_note_unused(const struct kernel_select *select);

#endif
