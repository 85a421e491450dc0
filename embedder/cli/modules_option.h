/* SPDX-License-Identifier: MIT */
#ifndef COREBTF_CLI_MODULES_OPTION_H
#define COREBTF_CLI_MODULES_OPTION_H

#include "embedder/cli/command.h"
#include "embedder/modules/module_search.h"

/* Help of the option, for every command that has it. */
#define MODULES_OPTION_HELP                                                                        \
	"types that a kernel lacks come from its modules: of\n"                                    \
	"those named, or of all (auto)"

/*
 * The value of --modules: auto, none or names, which are kept in @ret_names (malloc'd, one piece of
 * memory) with @ret_choice->names pointing into it. COMMAND_GO, or the status to end with after a
 * line that says why.
 */
int modules_option_take(const struct command *command, const char *value,
			struct module_choice *ret_choice, void **ret_names);

#endif
