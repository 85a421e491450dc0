/* SPDX-License-Identifier: MIT */
/*
 * corebtf embed: an executable, BPF objects and kernel BTFs go in; the executable with one trimmed
 * BTF for each kernel in its section .corebtf comes out.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/command.h"
#include "embedder/cli/interrupt.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/sources.h"
#include "embedder/util/text.h"
#include "embedder/engine/trimming.h"
#include "embedder/elf/executable.h"
#include "embedder/util/cleanup.h"

enum { OPTION_COMPRESS = SOURCES_OTHER, OPTION_ALL_MACHINES };

struct embed_options {
	struct sources sources; /* its file is the executable */
	const char *output;
	enum bundle_compression compression;
	bool all_machines;
};

static void cleanup_options(struct embed_options *options)
{
	sources_free(&options->sources);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct embed_options *options = context;

	switch (key) {
	case 'o':
		options->output = value;
		return COMMAND_GO;
	case OPTION_ALL_MACHINES:
		options->all_machines = true;
		return COMMAND_GO;
	case OPTION_COMPRESS:
		if (strcmp(value, "none") != 0 && strcmp(value, "xz") != 0)
			return command_usage_error(command, "--compress is none or xz, not '%s'",
						   value);
		options->compression =
			*value == 'x' ? BUNDLE_COMPRESSION_XZ : BUNDLE_COMPRESSION_NONE;
		return COMMAND_GO;
	}
	return sources_take(command, &options->sources, key, value);
}

static int find_kernels(struct embed_options *options, const struct executable_info *target,
			struct trimming *trimming)
{
	struct kernel_input *kernels = &trimming->kernels;

	sources_find_kernels(&options->sources, kernels);
	if (!options->all_machines)
		kernel_input_keep_machine(kernels, target);
	if (!kernel_input_is_empty(kernels))
		return 0;
	kernel_notes_explain(kernels, 0, options->sources.file, "nothing written: ");
	return -ENOENT;
}

static int write_bundle(const struct embed_options *options, const struct executable_info *target,
			struct trimming *trimming, struct corebtf_summary *ret_summary)
{
	const char *output = options->output ? options->output : options->sources.file;
	struct bundle_layout_opts layout = {
		.big_endian = target->big_endian,
		.compression = options->compression,
	};
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	_cleanup_free_ void *bundle = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err = trimming_layout(trimming, &layout, &bundle, &size, ret_summary, &why);

	if (!err) {
		hold = interrupt_hold(output);
		err = executable_attach(options->sources.file, output, bundle, size, &why);
	}
	if (err)
		report_failure(output, "%s", why.text);
	else
		kernel_notes_lookalikes_in(output, bundle, size, false);
	return err;
}

static void print_summary(const struct embed_options *options, const struct executable_info *target,
			  const struct trimming *trimming, const struct corebtf_summary *summary)
{
	const char *output = options->output ? options->output : options->sources.file;

	kernel_notes_trimming(trimming);
	report_note("%s: %s kernel%s, %s distinct BTF%s, %s in %s", output,
		    text_count(summary->entries).text, text_plural(summary->entries),
		    text_count(summary->blobs).text, text_plural(summary->blobs),
		    text_size(summary->size).text, executable_place(target->way));
	if (target->way == EXECUTABLE_SECTION)
		report_note("%s", executable_warning());
	kernel_notes_failures(&trimming->kernels);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct embed_options options = {0};
	_cleanup_(trimming_free) struct trimming trimming = {0};
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct executable_info target = {0};
	struct reason why = {""};
	int status;

	if (sources_init(&options.sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &options);
	if (status == COMMAND_GO)
		status = sources_check(command, &options.sources, "executable");
	if (status != COMMAND_GO)
		return status;

	if (executable_inspect(options.sources.file, &target, &why) ||
	    target.way == EXECUTABLE_REFUSES) {
		report_failure(options.sources.file, "%s", why.text);
		return STATUS_FAILED;
	}
	if (trimming_init(&trimming, run_events()) ||
	    sources_read_objects(&options.sources, &trimming.objects) ||
	    object_input_check_order(&trimming.objects, target.big_endian, options.sources.file) ||
	    find_kernels(&options, &target, &trimming) ||
	    sources_check_output(&options.sources, &trimming.kernels,
				 options.output ? options.output : options.sources.file) ||
	    sources_trim(&options.sources, &trimming, options.sources.file) ||
	    write_bundle(&options, &target, &trimming, &summary))
		return STATUS_FAILED;
	print_summary(&options, &target, &trimming, &summary);
	return trimming.kernels.failures ? STATUS_FAILED : STATUS_DONE;
}

static const struct command_option options_of_embed[] = {
	{SOURCES_KERNELS, "kernels", "[PATH...]",
	 "kernel BTFs: folders in BTFHub's layout\n"
	 "OS/VERSION/MACHINE/RELEASE.btf[.tar.xz], parts of\n"
	 "such a tree, tars of it, kernels (vmlinuz, vmlinux),\n"
	 "packages (.deb, .rpm), or single BTFs; all words up\n"
	 "to the next option, and -- ends them; without PATH:\n"
	 "those that 'corebtf fetch' brought"},
	{SOURCES_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs behind it are, where\n"
	 "that is not said or wrong: os=ID[:VERSION],\n"
	 "release=RELEASE, machine=MACHINE"},
	{SOURCES_SELECT, "select", "EXPR",
	 "of the kernels found, take those that EXPR describes,\n"
	 "like 'os=ubuntu:20.04,release>=5.4,<5.15'; !EXPR takes\n"
	 "all others; may be repeated"},
	{'o', "output", "OUT", "write to OUT; EXE stays as it is"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MEMORY, "memory", "LIMIT",
	 "for unpacked BTFs, in bytes or with K, M, G (default:\n"
	 "a quarter of this machine's memory)"},
	{OPTION_COMPRESS, "compress", "none|xz", "how BTFs are stored (default: none)"},
	{OPTION_ALL_MACHINES, "all-machines", NULL,
	 "take kernels of machines, too, that EXE cannot run on"},
	{0},
};

const struct command command_embed = {
	.name = "embed",
	.usage = "EXE [OBJ...] --kernels [PATH...] [-o OUT] [OPTION...]",
	.purpose = "trim kernel BTFs for a program and put them into its executable",
	.details =
		"Without OBJ the BPF objects are taken from inside EXE, where skeletons, bpf2go "
		"and\n"
		"libbpf-cargo put them. What EXE carries already is replaced. A reserved segment\n"
		"(corebtf.ld) is filled; without one, a section .corebtf is added at the end of "
		"EXE.",
	.examples = "  corebtf embed execsnoop --kernels btfhub-archive/debian\n"
		    "  corebtf embed agent probe.bpf.o --kernels kernels -o agent-with-btf\n"
		    "  corebtf embed execsnoop --kernels kernels --select 'release>=5.10,<6.12'\n"
		    "  corebtf embed --kernels kernels /sys/kernel/btf/vmlinux -- execsnoop",
	.statuses = "0 done; 1 failed, or some kernel BTFs could not be used",
	.options = options_of_embed,
	.run = run,
};
