/* SPDX-License-Identifier: MIT */
/*
 * corebtf extract: an executable's section .corebtf as a bundle file, byte for byte.
 */
#include "embedder/engine/bundle_input.h"
#include "embedder/cli/command.h"
#include "embedder/cli/interrupt.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/util/text.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/output_file.h"

struct extract_options {
	const char *file, *output;
};

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct extract_options *options = context;

	if (key == 'o')
		options->output = value;
	else if (options->file)
		return command_usage_error(command, "one FILE at a time; '%s' is too many", value);
	else
		options->file = value;
	return COMMAND_GO;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	_cleanup_free_ void *data = NULL;
	struct extract_options options = {0};
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct reason why = {""};
	size_t size = 0;
	int status = command_parse(command, argc, argv, take, &options);

	if (status != COMMAND_GO)
		return status;
	if (!options.file)
		return command_usage_error(command, "no FILE given");
	if (!options.output)
		return command_usage_error(command, "no bundle file to write given (-o BUNDLE)");
	if (OUTPUT_CHECK(options.output, options.file))
		return STATUS_FAILED;

	if (bundle_input_read(options.file, &data, &size, &why) ||
	    bundle_input_check(data, size, &summary, &why)) {
		report_failure(options.file, "%s", why.text);
		return STATUS_FAILED;
	}
	hold = interrupt_hold(options.output);
	if (output_file_save(options.output, NULL, data, size, &why)) {
		report_failure(options.output, "%s", why.text);
		return STATUS_FAILED;
	}
	report_note("%s: %s kernel%s, %s bytes", options.output, text_count(summary.entries).text,
		    text_plural(summary.entries), text_count(size).text);
	return STATUS_DONE;
}

static const struct command_option options_of_extract[] = {
	{'o', "output", "BUNDLE", "the file to write; needed"},
	{0},
};

const struct command command_extract = {
	.name = "extract",
	.usage = "FILE -o BUNDLE [OPTION...]",
	.purpose = "copy the BTFs that an executable carries into a bundle file",
	.details = "The bundle is checked first; it can be attached to another executable of the "
		   "same byte\n"
		   "order, or kept beside the program.",
	.examples = "  corebtf extract execsnoop -o kernels.bundle",
	.statuses = "0 done; 1 failed, or FILE carries no BTFs",
	.options = options_of_extract,
	.run = run,
};
