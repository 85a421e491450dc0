/* SPDX-License-Identifier: MIT */
/*
 * corebtf import: a tar of trimmed BTFs, as other tools make them, as a bundle.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/command.h"
#include "embedder/cli/interrupt.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/util/text.h"
#include "embedder/tar/tar_import.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/output_file.h"
#include "runtime/kernel/machine.h"

enum { OPTION_JSON = 256, OPTION_COMPRESS, OPTION_BYTE_ORDER };

struct import_options {
	const char *archive, *output, *json;
	struct tar_import_opts tar;
};

static int take_machine(const struct command *command, struct import_options *options,
			const char *value)
{
	if (!machine_is_known(value))
		return command_usage_error(
			command, "--machine: '%s' is no machine that is known here", value);
	options->tar.machine = machine_canonical(value);
	return COMMAND_GO;
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct import_options *options = context;

	switch (key) {
	case 'o':
		options->output = value;
		return COMMAND_GO;
	case 'm':
		return take_machine(command, options, value);
	case OPTION_JSON:
		options->json = value;
		return COMMAND_GO;
	case OPTION_COMPRESS:
		if (strcmp(value, "none") != 0 && strcmp(value, "xz") != 0)
			return command_usage_error(command, "--compress is none or xz, not '%s'",
						   value);
		options->tar.has_compression = true;
		options->tar.compression =
			*value == 'x' ? BUNDLE_COMPRESSION_XZ : BUNDLE_COMPRESSION_NONE;
		return COMMAND_GO;
	case OPTION_BYTE_ORDER:
		if (strcmp(value, "little") != 0 && strcmp(value, "big") != 0)
			return command_usage_error(
				command, "--byte-order is little or big, not '%s'", value);
		options->tar.has_byte_order = true;
		options->tar.big_endian = *value == 'b';
		return COMMAND_GO;
	case COMMAND_OPERAND:
		if (options->archive)
			return command_usage_error(command, "one TAR at a time; '%s' is too many",
						   value);
		options->archive = value;
		return COMMAND_GO;
	}
	return STATUS_USAGE; /* every option is named above */
}

static void report_skipped(void *context, const char *name, const char *why)
{
	const struct import_options *options = context;

	report_failure(options->archive, "%s%s%s", name, *name ? ": " : "", why);
}

static int save(const char *path, const void *data, size_t size)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	struct reason why = {""};
	int err;

	hold = interrupt_hold(path);
	err = output_file_save(path, NULL, data, size, &why);
	if (err)
		report_failure(path, "%s", why.text);
	return err;
}

/* The small one first: when the disk is full or the folder not there, nothing has changed yet. */
static int save_results(const struct import_options *options,
			const struct tar_import_result *result)
{
	if (options->json && result->package_json &&
	    save(options->json, result->package_json, result->package_json_size))
		return STATUS_FAILED;
	if (save(options->output, result->bundle, result->bundle_size))
		return STATUS_FAILED;
	report_note("%s: %s kernel%s, %s distinct BTF%s, %s", options->output,
		    text_count(result->kernels).text, text_plural(result->kernels),
		    text_count(result->btfs).text, text_plural(result->btfs),
		    text_size(result->bundle_size).text);
	kernel_notes_lookalikes_in(options->output, result->bundle, result->bundle_size, false);
	if (options->json && !result->package_json) {
		report_failure(options->archive, "there is no package.json in it for --json");
		return STATUS_FAILED;
	}
	if (!options->json && result->package_json)
		report_note("%s: its package.json is not kept (--json OUT keeps it)",
			    options->archive);
	if (!result->objects)
		report_detail("%s: it does not say which BPF objects the BTFs were trimmed for, so "
			      "a program cannot ask whether its own is one of them",
			      options->archive);
	return result->skipped ? STATUS_FAILED : STATUS_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(tar_import_free) struct tar_import_result result = {0};
	struct import_options options = {
		.tar = {.skip = report_skipped, .context = &options},
	};
	struct reason why = {""};
	int status = command_parse(command, argc, argv, take, &options);

	if (status != COMMAND_GO)
		return status;
	if (!options.archive)
		return command_usage_error(command, "no TAR given");
	if (!options.output)
		return command_usage_error(command, "no bundle file to write given (-o BUNDLE)");
	if (OUTPUT_CHECK(options.output, options.archive) ||
	    OUTPUT_CHECK(options.json, options.archive))
		return STATUS_FAILED;
	if (tar_import(options.archive, &options.tar, &result, &why)) {
		report_failure(options.archive, "%s", why.text);
		return STATUS_FAILED;
	}
	return save_results(&options, &result);
}

static const struct command_option options_of_import[] = {
	{'o', "output", "BUNDLE", "the bundle file to write; needed"},
	{OPTION_JSON, "json", "OUT", "write the archive's package.json to OUT"},
	{OPTION_COMPRESS, "compress", "none|xz",
	 "how BTFs are stored (default: as the bundle that was\n"
	 "exported, or none)"},
	{OPTION_BYTE_ORDER, "byte-order", "ORDER",
	 "little or big, as the program that is to carry the bundle\n"
	 "(default: as the bundle that was exported, or that of the\n"
	 "BTFs)"},
	{'m', "machine", "M", "the machine of BTFs whose folder does not name one"},
	{0},
};

const struct command command_import = {
	.name = "import",
	.usage = "TAR -o BUNDLE [OPTION...]",
	.purpose = "make a bundle of a tar of trimmed BTFs",
	.details =
		"TAR is one of bcc, bpf-compatible, Inspektor Gadget or 'corebtf export', packed\n"
		"in any way; its BTFs are at OS/VERSION/MACHINE/RELEASE.btf. 'corebtf attach'\n"
		"puts the bundle into a program.",
	.examples = "  corebtf import min_core_btfs.tar.gz -o kernels.bundle\n"
		    "  corebtf import probe.tar.gz -o kernels.bundle --json package.json\n"
		    "  corebtf import btfs-x86_64.tar.gz -o kernels.bundle --machine x86_64",
	.statuses = "0 done; 1 failed, or something in TAR was not taken",
	.options = options_of_import,
	.run = run,
};
