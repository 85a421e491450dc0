/* SPDX-License-Identifier: MIT */
#include "embedder/cli/select_option.h"

#include "embedder/cli/report.h"

int select_option_take(const struct command *command, const char *value,
		       struct kernel_select *select)
{
	struct reason why = {""};
	int err = kernel_select_add(select, value, &why);

	if (!err)
		return COMMAND_GO;
	if (err == -EINVAL)
		return command_usage_error(command,
					   "--select '%s': %s; for example "
					   "'os=ubuntu:20.04,release>=5.4,<5.15' or '!arch=arm64'",
					   value, why.text);
	report_failure(command->name, "--select: %s", why.text);
	return STATUS_FAILED;
}

void select_option_note_unused(const struct kernel_select *select)
{
	for (size_t i = 0; i < select->count; i++) {
		const struct select_expression *expression = &select->expressions[i];

		if (!expression->taken)
			report_note("note: --select '%s' %s no kernel", expression->text,
				    expression->excludes ? "excludes" : "takes");
	}
}
