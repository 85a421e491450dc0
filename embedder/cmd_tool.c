/* SPDX-License-Identifier: MIT */
/*
 * corebtf tool: BPF objects and kernel BTFs go in; one static executable that loads, attaches and
 * prints comes out. It is a copy of the runner (runner/) with the objects in one segment and one
 * trimmed BTF for each kernel in another.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/command.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/runner.h"
#include "embedder/cli/sources.h"
#include "embedder/engine/tool_payload.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/interrupt.h"
#include "embedder/util/text.h"
#include "runner/object/tool_format.h"

enum { OPTION_COMPRESS = SOURCES_OTHER, OPTION_RUNNER, OPTION_NAME, OPTION_NO_KERNELS };

struct tool_options {
	struct sources sources; /* without a file of its own */
	const char *output, *runner, *machine, *name;
	enum bundle_compression compression;
	bool no_kernels;
};

/* What becomes the executable. */
struct tool {
	struct runner runner;
	struct trimming trimming;
	struct tool_payload files; /* the objects */
	void *payload;		   /* a tar of them */
	size_t payload_size;
	void *bundle; /* NULL: it needs none */
	size_t bundle_size;
	struct corebtf_summary summary;
};

static void cleanup_options(struct tool_options *options)
{
	sources_free(&options->sources);
}

static void cleanup_tool(struct tool *tool)
{
	tool_payload_free(&tool->files);
	free(tool->payload);
	free(tool->bundle);
	trimming_free(&tool->trimming);
	runner_free(&tool->runner);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct tool_options *options = context;
	struct sources *sources = &options->sources;

	switch (key) {
	case COMMAND_OPERAND:
		sources->object_paths[sources->object_count++] = value;
		return COMMAND_GO;
	case 'o':
		options->output = value;
		return COMMAND_GO;
	case 'm':
		options->machine = value;
		return COMMAND_GO;
	case OPTION_RUNNER:
		options->runner = value;
		return COMMAND_GO;
	case OPTION_NAME:
		options->name = value;
		return COMMAND_GO;
	case OPTION_NO_KERNELS:
		options->no_kernels = true;
		return COMMAND_GO;
	case OPTION_COMPRESS:
		return sources_take_compression(command, value, &options->compression);
	}
	return sources_take(command, sources, key, value);
}

static int check_options(const struct command *command, struct tool_options *options)
{
	const struct sources *sources = &options->sources;
	const char *slash;

	if (!sources->object_count)
		return command_usage_error(command, "no BPF object given%s",
					   sources_swallowed_hint(sources).text);
	if (sources->object_count > TOOL_MAX_OBJECTS)
		return command_usage_error(command, "%zu BPF objects: a tool has at most %d",
					   sources->object_count, TOOL_MAX_OBJECTS);
	if (!options->output)
		return command_usage_error(command, "no file to write given (-o FILE)");
	if (options->runner && options->machine)
		return command_usage_error(command, "either --runner or --machine");
	if (options->no_kernels &&
	    (sources->kernels.count || sources->select.count || sources->with_btf))
		return command_usage_error(command, "either --kernels or --no-kernels");
	slash = strrchr(options->output, '/');
	if (!options->name)
		options->name = slash ? slash + 1 : options->output;
	if (!*options->name || strchr(options->name, '/') || *options->name == '.' ||
	    strlen(options->name) > 60)
		return command_usage_error(
			command,
			"'%s' is no name for a tool: 1 to 60 characters, no '/', "
			"no '.' at the start (--name NAME)",
			options->name);
	return kernel_paths_check(command, &sources->kernels);
}

static int read_objects(const struct tool_options *options, struct tool *tool)
{
	const struct sources *sources = &options->sources;
	struct reason why = {""};
	int err = tool_payload_init(&tool->files, options->name);

	if (err) {
		report_failure(NULL, "out of memory");
		return err;
	}
	for (size_t i = 0; i < sources->object_count; i++) {
		err = tool_payload_add(&tool->files, sources->object_paths[i], &why);
		if (err) {
			report_failure(sources->object_paths[i], "%s", why.text);
			return err;
		}
	}
	err = tool_payload_pack(&tool->files, &tool->payload, &tool->payload_size, &why);
	if (err)
		report_failure(options->output, "nothing written: %s", why.text);
	return err;
}

static int trim(struct tool_options *options, struct tool *tool)
{
	struct bundle_layout_opts layout = {
		.big_endian = tool->runner.info.big_endian,
		.compression = options->compression,
	};
	struct trimming *trimming = &tool->trimming;
	struct kernel_input *kernels = &trimming->kernels;
	struct reason why = {""};
	int err;

	kernel_paths_default(&options->sources.kernels);
	sources_find_kernels(&options->sources, kernels);
	kernel_input_keep_machine(kernels, tool->runner.machine);
	if (kernel_input_is_empty(kernels)) {
		kernel_notes_explain(kernels, 0, options->output, "nothing written: ");
		return STATUS_FAILED;
	}
	if (sources_check_output(&options->sources, kernels, options->output))
		return STATUS_FAILED;
	err = sources_trim_needed(&options->sources, trimming, options->output);
	if (err)
		return err > 0 ? COMMAND_GO : STATUS_FAILED;
	tool->summary.sz = sizeof(tool->summary);
	err = trimming_layout(trimming, &layout, &tool->bundle, &tool->bundle_size, &tool->summary,
			      &why);
	if (!err)
		return COMMAND_GO;
	report_failure(options->output, "%s", why.text);
	return STATUS_FAILED;
}

static int write_tool(const struct tool_options *options, const struct tool *tool)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = interrupt_hold(options->output);
	struct reason why = {""};
	int err = executable_make_tool(tool->runner.path, options->output, tool->payload,
				       tool->payload_size, tool->bundle, tool->bundle_size, &why);

	if (err)
		report_failure(options->output, "nothing written: %s", why.text);
	return err;
}

static void print_summary(const struct tool_options *options, struct tool *tool)
{
	tool->trimming.kernels.left_out = 0; /* a tool is for one machine: not worth a word */
	if (tool->bundle) {
		kernel_notes_trimming(&tool->trimming);
		report_note("%s: a tool for %s, %zu BPF object%s, %s kernel%s, %s distinct BTF%s",
			    options->output, tool->runner.machine, options->sources.object_count,
			    text_plural(options->sources.object_count),
			    text_count(tool->summary.entries).text,
			    text_plural(tool->summary.entries),
			    text_count(tool->summary.blobs).text, text_plural(tool->summary.blobs));
		kernel_notes_failures(&tool->trimming.kernels);
		kernel_notes_lookalikes_in(options->output, tool->bundle, tool->bundle_size, false);
		return;
	}
	report_note("%s: a tool for %s, %zu BPF object%s, %s", options->output,
		    tool->runner.machine, options->sources.object_count,
		    text_plural(options->sources.object_count),
		    request_set_count(tool->trimming.objects.requests)
			    ? "for kernels that have BTF of their own"
			    : "which need no BTF of a kernel");
	if (tool->trimming.kernels.with_own)
		kernel_notes_trimming(&tool->trimming);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct tool_options options = {0};
	_cleanup_(cleanup_tool) struct tool tool = {0};
	int status;

	if (sources_init(&options.sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &options);
	if (status == COMMAND_GO)
		status = check_options(command, &options);
	if (status != COMMAND_GO)
		return status;
	if (runner_find(options.runner, options.machine, &tool.runner) ||
	    OUTPUT_CHECK(options.output, tool.runner.path) ||
	    output_check(options.output, options.sources.object_paths,
			 options.sources.object_count) ||
	    trimming_init(&tool.trimming, run_events()) ||
	    sources_read_objects(&options.sources, &tool.trimming.objects) ||
	    object_input_check_order(&tool.trimming.objects, tool.runner.info.big_endian,
				     tool.runner.path) ||
	    read_objects(&options, &tool))
		return STATUS_FAILED;
	if (!options.no_kernels && request_set_count(tool.trimming.objects.requests)) {
		status = trim(&options, &tool);
		if (status != COMMAND_GO)
			return status;
	}
	if (write_tool(&options, &tool))
		return STATUS_FAILED;
	print_summary(&options, &tool);
	return tool.trimming.kernels.failures ? STATUS_FAILED : STATUS_DONE;
}

static const struct command_option options_of_tool[] = {
	{'o', "output", "FILE", "the executable to write; needed"},
	{SOURCES_KERNELS, "kernels", "[PATH...]",
	 "kernel BTFs, in all forms that embed takes; all words\n"
	 "up to the next option, and -- ends them; without PATH, or without\n"
	 "--kernels: those that 'corebtf fetch' downloaded, or\n"
	 "else the pack that is installed with corebtf"},
	{SOURCES_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, as for embed"},
	{SOURCES_SELECT, "select", "EXPR",
	 "take only the kernels that match EXPR, as for embed;\n"
	 "may be repeated"},
	{SOURCES_WITH_BTF, "kernels-with-btf", NULL,
	 "take also kernels that show BTF of their own, as for\n"
	 "embed"},
	{OPTION_NO_KERNELS, "no-kernels", NULL, "make a tool for kernels that have BTF"},
	{'m', "machine", "M", "a tool for this machine (default: the one it runs on)"},
	{OPTION_RUNNER, "runner", "FILE", "the runner to copy (default: the installed one for M)"},
	{OPTION_NAME, "name", "NAME", "the tool's name (default: that of FILE)"},
	{OPTION_COMPRESS, "compress", "none|xz", "how BTFs are stored (default: none)"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MEMORY, "memory", "LIMIT", "for unpacked BTFs, as for embed"},
	{0},
};

const struct command command_tool = {
	.name = "tool",
	.usage = "OBJ... -o FILE [--kernels [PATH...]] [OPTION...]",
	.purpose = "make one static executable out of BPF objects",
	.details =
		"FILE loads and attaches the programs of the BPF objects OBJ (.bpf.o, or "
		"eunomia's\n"
		"package.json) and prints their\n"
		"events by type; it needs no other file on the machine where it runs, and no BTF\n"
		"of the kernel there if that is among the kernels given here. Its options are the\n"
		"objects' 'const volatile' variables: see FILE --help.",
	.examples = "  corebtf tool opensnoop.bpf.o -o opensnoop\n"
		    "  corebtf tool opensnoop.bpf.o -o opensnoop --kernels btfhub-archive/debian\n"
		    "  corebtf tool opensnoop.bpf.o -o opensnoop-arm64 --machine arm64",
	.statuses = "0 done; 1 failed, or some kernel BTFs could not be used",
	.options = options_of_tool,
	.run = run,
};
