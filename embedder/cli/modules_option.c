/* SPDX-License-Identifier: MIT */
#include "embedder/cli/modules_option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/report.h"

static bool is_name(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t length = strlen(name);

	return length && length < MODULE_NAME_SIZE && strspn(name, letters) == length;
}

int modules_option_take(const struct command *command, const char *value,
			struct module_choice *ret_choice, void **ret_names)
{
	size_t most = strlen(value) / 2 + 1, count = 0;
	const char **names;
	char *text, *rest = NULL;

	free(*ret_names);
	*ret_names = NULL;
	*ret_choice = (struct module_choice){.kind = MODULE_CHOICE_NONE};
	if (strcmp(value, "none") == 0)
		return COMMAND_GO;
	if (strcmp(value, "auto") == 0) {
		ret_choice->kind = MODULE_CHOICE_AUTO;
		return COMMAND_GO;
	}
	names = malloc(most * sizeof(*names) + strlen(value) + 1);
	if (!names) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	*ret_names = names;
	text = strcpy((char *)(names + most), value);
	for (char *name = strtok_r(text, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		if (!is_name(name))
			return command_usage_error(command,
						   "--modules is auto, none or names of modules "
						   "like nf_conntrack,xfs, not '%s'",
						   value);
		names[count++] = name;
	}
	if (!count)
		return command_usage_error(command, "--modules needs auto, none or names of "
						    "modules");
	*ret_choice = (struct module_choice){
		.kind = MODULE_CHOICE_NAMED, .names = names, .name_count = count};
	return COMMAND_GO;
}
