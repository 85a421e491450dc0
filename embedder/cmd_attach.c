/* SPDX-License-Identifier: MIT */
/*
 * corebtf attach: a bundle file goes into an executable's section .corebtf.
 */
#include "embedder/engine/bundle_input.h"
#include "embedder/cli/command.h"
#include "embedder/cli/interrupt.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/util/text.h"
#include "embedder/elf/executable.h"
#include "embedder/util/cleanup.h"

struct attach_options {
	const char *executable, *bundle, *output;
};

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct attach_options *options = context;

	if (key == 'o')
		options->output = value;
	else if (!options->executable)
		options->executable = value;
	else if (!options->bundle)
		options->bundle = value;
	else
		return command_usage_error(command, "one EXE and one BUNDLE; '%s' is too many",
					   value);
	return COMMAND_GO;
}

static const char *order_name(int big_endian)
{
	return big_endian ? "big-endian" : "little-endian";
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	_cleanup_free_ void *data = NULL;
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct attach_options options = {0};
	struct executable_info target = {0};
	struct reason why = {""};
	const char *output;
	size_t size = 0;
	int status = command_parse(command, argc, argv, take, &options);

	if (status != COMMAND_GO)
		return status;
	if (!options.bundle)
		return command_usage_error(command, "EXE and BUNDLE are needed");

	output = options.output ? options.output : options.executable;
	if (OUTPUT_CHECK(output, options.bundle))
		return STATUS_FAILED;
	if (executable_inspect(options.executable, &target, &why) ||
	    target.way == EXECUTABLE_REFUSES) {
		report_failure(options.executable, "%s", why.text);
		return STATUS_FAILED;
	}
	if (bundle_input_read(options.bundle, &data, &size, &why) ||
	    bundle_input_check(data, size, &summary, &why)) {
		report_failure(options.bundle, "%s", why.text);
		return STATUS_FAILED;
	}
	if (!summary.big_endian != !target.big_endian) {
		report_failure(options.bundle, "the bundle is %s and %s is %s: embed it anew",
			       order_name(summary.big_endian), options.executable,
			       order_name(target.big_endian));
		return STATUS_FAILED;
	}
	hold = interrupt_hold(output);
	if (executable_attach(options.executable, output, data, size, &why)) {
		report_failure(output, "%s", why.text);
		return STATUS_FAILED;
	}
	report_note("%s: %s kernel%s, %s in %s", output, text_count(summary.entries).text,
		    text_plural(summary.entries), text_size(size).text,
		    executable_place(target.way));
	if (target.way == EXECUTABLE_SECTION)
		report_note("%s", executable_warning());
	return STATUS_DONE;
}

static const struct command_option options_of_attach[] = {
	{'o', "output", "OUT", "write to OUT; EXE stays as it is"},
	{0},
};

const struct command command_attach = {
	.name = "attach",
	.usage = "EXE BUNDLE [-o OUT] [OPTION...]",
	.purpose = "put a bundle file into an executable",
	.details =
		"What EXE carries already is replaced. A reserved segment (corebtf.ld) is filled; "
		"without one,\n"
		"a section .corebtf is added at the end of EXE. BUNDLE may also be an executable\n"
		"that carries BTFs. It must have the byte order of EXE.",
	.examples = "  corebtf attach execsnoop kernels.bundle\n"
		    "  corebtf attach execsnoop kernels.bundle -o execsnoop-with-btf",
	.statuses = "0 done; 1 failed",
	.options = options_of_attach,
	.run = run,
};
