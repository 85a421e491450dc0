/* SPDX-License-Identifier: MIT */
#include "embedder/cli/select_option.h"

#include <string.h>

#include "embedder/cli/report.h"
#include "embedder/cli/suggest.h"

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

/* The distribution that `os=NAME` in @text may mean, where NAME is none that is known. */
static const char *suggest_os(const char *text)
{
	static const char *const names[] = {
		"almalinux", "alpine", "amzn",		"arch", "centos", "debian", "fedora",
		"linuxmint", "ol",     "opensuse-leap", "rhel", "rocky",  "sles",   "ubuntu",
	};
	const char *value = strstr(text, "os=");
	struct suggestion suggestion;

	if (!value || (value != text && value[-1] != ',' && value[-1] != '!'))
		return NULL;
	value += strlen("os=");
	suggestion = suggest_start(value, strcspn(value, ":,"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		suggest_offer(&suggestion, names[i]);
	return suggestion.distance ? suggestion.nearest : NULL;
}

void select_option_note_unused(const struct kernel_select *select)
{
	for (size_t i = 0; i < select->count; i++) {
		const struct select_expression *expression = &select->expressions[i];
		const char *os = suggest_os(expression->text);

		if (!expression->taken)
			report_note("note: --select '%s' %s no kernel%s%s%s", expression->text,
				    expression->excludes ? "excludes" : "takes",
				    os ? ": did you mean 'os=" : "", os ? os : "", os ? "'?" : "");
	}
}
