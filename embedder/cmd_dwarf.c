/* SPDX-License-Identifier: MIT */
/*
 * corebtf dwarf: a kernel with DWARF in, its full BTF out.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "embedder/cli/command.h"
#include "embedder/cli/memory_option.h"
#include "embedder/cli/output.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/engine/full_btf.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/memory_budget.h"
#include "embedder/util/text.h"

enum { OPTION_MEMORY = 256 };

struct dwarf_options {
	const char *kernel, *output;
	uint64_t memory;
};

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct dwarf_options *options = context;

	switch (key) {
	case 'o':
		options->output = value;
		return COMMAND_GO;
	case OPTION_MEMORY:
		return memory_option_take(command, value, &options->memory);
	}
	if (options->kernel)
		return command_usage_error(command, "one VMLINUX at a time; '%s' is too many",
					   value);
	options->kernel = value;
	return COMMAND_GO;
}

static int check_options(const struct command *command, const struct dwarf_options *options)
{
	if (!options->kernel)
		return command_usage_error(command, "no VMLINUX given");
	if (options->output && !*options->output)
		return command_usage_error(command, "an empty name is no file to write");
	if (!options->output && isatty(STDOUT_FILENO))
		return command_usage_error(command, "BTF is not written to a terminal: give a file "
						    "with -o OUT.btf");
	return COMMAND_GO;
}

/* The end of the run reports a full disk behind standard output. */
static int write_btf(const struct dwarf_options *options, const struct full_btf *full)
{
	if (options->output)
		return output_save(options->output, full->btf.data, full->btf.size);
	fwrite(full->btf.data, 1, full->btf.size, stdout);
	return 0;
}

static void note_written(const struct dwarf_options *options, const struct full_btf *full)
{
	report_note("%s: %s bytes, %s type%s, from the DWARF of %s",
		    options->output ? options->output : "standard output",
		    text_count(full->btf.size).text, text_count(full->type_count).text,
		    text_plural(full->type_count),
		    *full->release ? full->release : options->kernel);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(full_btf_free) struct full_btf full = {.type_count = 0};
	struct dwarf_options options = {.memory = memory_budget_default()};
	struct reason why = {""};
	int err, status = command_parse(command, argc, argv, take, &options);

	if (status == COMMAND_GO)
		status = check_options(command, &options);
	if (status != COMMAND_GO)
		return status;
	if (OUTPUT_CHECK(options.output, options.kernel))
		return STATUS_FAILED;
	if (report_level() != REPORT_QUIET)
		progress_show("reading its DWARF");
	err = full_btf_make(options.kernel, options.memory, run_events(), &full, &why);
	progress_end();
	if (err) {
		report_failure(options.kernel, "%s", why.text);
		return STATUS_FAILED;
	}
	if (write_btf(&options, &full))
		return STATUS_FAILED;
	note_written(&options, &full);
	return STATUS_DONE;
}

static const struct command_option options_of_dwarf[] = {
	{'o', "output", "OUT", "the file to write (default: standard output)"},
	{OPTION_MEMORY, "memory", "LIMIT",
	 "for what is unpacked, as for embed; a mapped VMLINUX\n"
	 "does not count"},
	{0},
};

const struct command command_dwarf = {
	.name = "dwarf",
	.usage = "VMLINUX [-o OUT] [OPTION...]",
	.purpose = "make the full BTF of a kernel from its DWARF",
	.details = "VMLINUX is a kernel with debug information: an ELF file, or a package or tar\n"
		   "with one such kernel. If it has BTF too, that is not read. The result is for\n"
		   "other tools and for archives: --kernels takes VMLINUX itself.",
	.examples = "  corebtf dwarf vmlinux -o 5.4.0-58-generic.btf\n"
		    "  corebtf dwarf linux-image-dbg.deb -o 6.1.0-50-686-pae.btf",
	.statuses = "0 done; 1 failed, or VMLINUX has no DWARF",
	.options = options_of_dwarf,
	.run = run,
};
