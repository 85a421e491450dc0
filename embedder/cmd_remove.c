/* SPDX-License-Identifier: MIT */
/*
 * corebtf remove: an executable without its section .corebtf.
 */
#include "embedder/cli/command.h"
#include "embedder/util/interrupt.h"
#include "embedder/cli/report.h"
#include "embedder/elf/executable.h"
#include "embedder/util/cleanup.h"

struct remove_options {
	const char *executable, *output;
};

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct remove_options *options = context;

	if (key == 'o')
		options->output = value;
	else if (options->executable)
		return command_usage_error(command, "one EXE at a time; '%s' is too many", value);
	else
		options->executable = value;
	return COMMAND_GO;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	struct remove_options options = {0};
	struct executable_info target = {0};
	struct reason why = {""};
	const char *output;
	int status = command_parse(command, argc, argv, take, &options);

	if (status != COMMAND_GO)
		return status;
	if (!options.executable)
		return command_usage_error(command, "no executable given");

	output = options.output ? options.output : options.executable;
	hold = interrupt_hold(output);
	if (executable_inspect(options.executable, &target, &why) ||
	    executable_remove(options.executable, output, &why)) {
		report_failure(options.executable, "%s", why.text);
		return STATUS_FAILED;
	}
	report_note(target.way == EXECUTABLE_SEGMENT ? "%s: segment .corebtf emptied"
						     : "%s: section .corebtf removed",
		    output);
	return STATUS_DONE;
}

static const struct command_option options_of_remove[] = {
	{'o', "output", "OUT", "write to OUT and do not change EXE"},
	{0},
};

const struct command command_remove = {
	.name = "remove",
	.usage = "EXE [-o OUT] [OPTION...]",
	.purpose = "remove the BTFs from an executable",
	.details = "An added section is removed from the file. A reserved segment stays, empty.",
	.examples = "  corebtf remove execsnoop\n"
		    "  corebtf remove execsnoop -o execsnoop-without-btf",
	.statuses = "0 done; 1 failed, or EXE has no BTFs",
	.options = options_of_remove,
	.run = run,
};
