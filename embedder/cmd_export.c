/* SPDX-License-Identifier: MIT */
/*
 * corebtf export: a bundle's BTFs as a tar, for programs that read theirs from one.
 */
#include <string.h>

#include "embedder/engine/bundle_input.h"
#include "embedder/cli/command.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/cli/tar_output.h"
#include "embedder/util/cleanup.h"

enum { OPTION_LAYOUT = 256, OPTION_JSON, OPTION_MACHINE_NAMES };

struct export_options {
	const char *file;
	struct tar_output tar;
};

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct export_options *options = context;

	switch (key) {
	case 'o':
		options->tar.path = value;
		return COMMAND_GO;
	case OPTION_JSON:
		options->tar.json = value;
		return COMMAND_GO;
	case OPTION_LAYOUT:
		if (strcmp(value, "bpf-compatible") != 0 && strcmp(value, "bcc") != 0)
			return command_usage_error(
				command, "--layout is bpf-compatible or bcc, not '%s'", value);
		options->tar.opts.layout =
			strcmp(value, "bcc") == 0 ? TAR_LAYOUT_BCC : TAR_LAYOUT_BPF_COMPATIBLE;
		return COMMAND_GO;
	case OPTION_MACHINE_NAMES:
		if (strcmp(value, "btfhub") != 0 && strcmp(value, "uname") != 0)
			return command_usage_error(
				command, "--machine-names is btfhub or uname, not '%s'", value);
		options->tar.opts.uname_machines = strcmp(value, "uname") == 0;
		return COMMAND_GO;
	case COMMAND_OPERAND:
		if (options->file)
			return command_usage_error(command, "one FILE at a time; '%s' is too many",
						   value);
		options->file = value;
		return COMMAND_GO;
	}
	return STATUS_USAGE; /* every option is named above */
}

static int export_bundle(struct export_options *options)
{
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	_cleanup_free_ void *bundle = NULL, *json = NULL;
	struct reason why = {""};
	size_t size = 0;

	options->tar.origin = options->file;
	if (tar_output_read_json(&options->tar, &json))
		return STATUS_FAILED;
	if (bundle_input_read(options->file, &bundle, &size, &why) ||
	    bundle_input_check(bundle, size, &summary, &why)) {
		report_failure(options->file, "%s", why.text);
		return STATUS_FAILED;
	}
	return tar_output_write(&options->tar, bundle, size) ? STATUS_FAILED : STATUS_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct export_options options = {0};
	int status = command_parse(command, argc, argv, take, &options);

	if (status != COMMAND_GO)
		return status;
	if (!options.file)
		return command_usage_error(command, "no FILE given");
	if (!options.tar.path)
		return command_usage_error(command, "no archive to write given (-o TAR)");
	if (archive_packing_from_name(options.tar.path, &options.tar.opts.packing))
		return command_usage_error(command,
					   "'%s' does not say how to pack it: end it in .tar, "
					   ".tar.gz, .tar.xz or .tar.zst",
					   options.tar.path);
	if (OUTPUT_CHECK(options.tar.path, options.file, options.tar.json))
		return STATUS_FAILED;
	return export_bundle(&options);
}

static const struct command_option options_of_export[] = {
	{'o', "output", "TAR",
	 "the archive to write; needed. Its name says how it is\n"
	 "packed: .tar, .tar.gz, .tar.xz or .tar.zst"},
	{OPTION_LAYOUT, "layout", "LAYOUT",
	 "bpf-compatible (default): BTFs below btfhub-archive;\n"
	 "bcc: without that folder"},
	{OPTION_JSON, "json", "FILE", "put FILE into the archive as package.json"},
	{OPTION_MACHINE_NAMES, "machine-names", "btfhub|uname",
	 "folders of machines as in BTFHub (arm64, default), or as\n"
	 "'uname -m' prints them (aarch64)"},
	{0},
};

const struct command command_export = {
	.name = "export",
	.usage = "FILE -o TAR [OPTION...]",
	.purpose = "write the BTFs of an executable or a bundle into a tar",
	.details = "The tar is for programs that were written for bcc's or bpf-compatible's.\n"
		   "What the paths in it do not say stands in the file corebtf.manifest;\n"
		   "'corebtf import' makes the same bundle again.",
	.examples = "  corebtf export execsnoop -o min_core_btfs.tar.gz --layout bcc\n"
		    "  corebtf export kernels.bundle -o probe.tar.gz --json package.json",
	.statuses = "0 done; 1 failed, or some kernels were left out",
	.options = options_of_export,
	.run = run,
};
