/* SPDX-License-Identifier: MIT */
/*
 * corebtf embed: an executable, BPF objects and kernel BTFs go in; the executable with one trimmed
 * BTF for each kernel in its section .corebtf comes out. With --bundle the BTFs are trimmed
 * already.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/cli/modules_option.h"
#include "embedder/cli/command.h"
#include "embedder/util/json.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/sources.h"
#include "embedder/elf/executable.h"
#include "embedder/engine/container.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/interrupt.h"
#include "embedder/util/text.h"
#include "runtime/kernel/machine.h"

enum { OPTION_COMPRESS = SOURCES_OTHER, OPTION_ALL_MACHINES, OPTION_BUNDLE, OPTION_JSON };

struct embed_options {
	struct sources sources; /* its file is the executable */
	const char *output, *bundle;
	enum bundle_compression compression;
	bool all_machines, json;
};

/* What is embedded, with the figures that are printed. */
struct embedding {
	struct executable_info target;
	struct trimming trimming;	    /* without --bundle */
	struct container_contents contents; /* the bundle */
	uint64_t size_before, size_after;   /* of the executable */
};

static void cleanup_options(struct embed_options *options)
{
	sources_free(&options->sources);
}

static void cleanup_embedding(struct embedding *embedding)
{
	trimming_free(&embedding->trimming);
	container_contents_free(&embedding->contents);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct embed_options *options = context;

	switch (key) {
	case 'o':
		options->output = value;
		return COMMAND_GO;
	case OPTION_BUNDLE:
		options->bundle = value;
		return COMMAND_GO;
	case OPTION_JSON:
		options->json = true;
		return COMMAND_GO;
	case OPTION_ALL_MACHINES:
		options->all_machines = true;
		return COMMAND_GO;
	case OPTION_COMPRESS:
		return sources_take_compression(command, value, &options->compression);
	}
	return sources_take(command, &options->sources, key, value);
}

static int check_options(const struct command *command, struct embed_options *options)
{
	struct sources *sources = &options->sources;

	if (!options->bundle)
		return sources_check(command, sources, "executable");
	if (!sources->file)
		return command_usage_error(command, "no executable given");
	if (sources->kernels.count || sources->object_count || sources->kept_count ||
	    sources->select.count || options->compression || options->all_machines ||
	    sources->with_btf)
		return command_usage_error(command,
					   "--bundle takes finished BTFs, so there is nothing "
					   "to trim: no OBJ, and of the options only -o "
					   "and --json");
	return COMMAND_GO;
}

static const char *output_of(const struct embed_options *options)
{
	return options->output ? options->output : options->sources.file;
}

static uint64_t file_size(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static int find_kernels(struct embed_options *options, struct embedding *embedding)
{
	const struct executable_info *target = &embedding->target;
	struct kernel_input *kernels = &embedding->trimming.kernels;

	sources_find_kernels(&options->sources, kernels);
	if (!options->all_machines)
		kernel_input_keep_machine(
			kernels,
			machine_from_elf(target->machine, target->is_64bit, target->big_endian));
	if (!kernel_input_is_empty(kernels))
		return 0;
	kernel_notes_explain(kernels, 0, options->sources.file, "nothing written: ");
	return -ENOENT;
}

static int trim(struct embed_options *options, struct embedding *embedding)
{
	struct bundle_layout_opts layout = {
		.big_endian = embedding->target.big_endian,
		.compression = options->compression,
	};
	struct container_contents *contents = &embedding->contents;
	struct trimming *trimming = &embedding->trimming;
	struct reason why = {""};
	int err;

	if (trimming_init(trimming, run_events()) ||
	    sources_read_objects(&options->sources, &trimming->objects) ||
	    object_input_check_order(&trimming->objects, embedding->target.big_endian,
				     options->sources.file) ||
	    find_kernels(options, embedding) ||
	    sources_check_output(&options->sources, &trimming->kernels, output_of(options)) ||
	    sources_trim(&options->sources, trimming, options->sources.file))
		return -EINVAL;
	contents->summary.sz = sizeof(contents->summary);
	err = trimming_layout(trimming, &layout, &contents->bundle, &contents->size,
			      &contents->summary, &why);
	if (err)
		report_failure(output_of(options), "%s", why.text);
	return err;
}

static const char *order_name(bool big_endian)
{
	return big_endian ? "big" : "little";
}

static int read_bundle(const struct embed_options *options, struct embedding *embedding)
{
	const struct tar_import_opts opts = {
		.has_byte_order = container_of_input(options->bundle) != CONTAINER_BUNDLE,
		.big_endian = embedding->target.big_endian,
	};
	struct reason why = {""};
	int err = container_read(options->bundle, &opts, run_events(), &embedding->contents, &why);
	bool big_endian = embedding->contents.summary.big_endian;

	if (err) {
		report_failure(options->bundle, "%s", why.text);
		return err;
	}
	if (big_endian == embedding->target.big_endian)
		return 0;
	report_failure(options->bundle,
		       "the bundle is %s-endian and %s is %s-endian: 'corebtf convert --byte-order "
		       "%s' makes one that fits",
		       order_name(big_endian), options->sources.file, order_name(!big_endian),
		       order_name(!big_endian));
	return -EINVAL;
}

static int attach(const struct embed_options *options, struct embedding *embedding)
{
	const char *output = output_of(options);
	_cleanup_(interrupt_release) struct interrupt_hold hold = interrupt_hold(output);
	struct reason why = {""};
	int err;

	embedding->size_before = file_size(options->sources.file);
	err = executable_attach(options->sources.file, output, embedding->contents.bundle,
				embedding->contents.size, &why);
	if (err)
		report_failure(output, "%s", why.text);
	embedding->size_after = file_size(output);
	return err;
}

static void print_json(const struct embed_options *options, const struct embedding *embedding)
{
	const struct corebtf_summary *summary = &embedding->contents.summary;
	const struct trimming *trimming = &embedding->trimming;

	printf("{\n  \"file\": ");
	json_print_string(stdout, output_of(options));
	printf(",\n  \"place\": \"%s\",\n",
	       embedding->target.way == EXECUTABLE_SEGMENT ? "segment" : "section");
	printf("  \"size_before\": %llu,\n  \"size_after\": %llu,\n",
	       (unsigned long long)embedding->size_before,
	       (unsigned long long)embedding->size_after);
	printf("  \"bundle_size\": %llu,\n  \"kernels\": %zu,\n  \"distinct_btfs\": %zu,\n",
	       (unsigned long long)summary->size, (size_t)summary->entries, (size_t)summary->blobs);
	printf("  \"not_selected\": %zu,\n  \"other_machines\": %zu,\n  \"with_own_btf\": %zu,\n",
	       trimming->kernels.not_selected, trimming->kernels.left_out,
	       trimming->kernels.with_own);
	printf("  \"failures\": %zu,\n  \"unresolved_relocations\": %zu\n}\n",
	       trimming->kernels.failures + embedding->contents.skipped, trimming->unresolved);
}

static void print_summary(const struct embed_options *options, const struct embedding *embedding)
{
	const struct corebtf_summary *summary = &embedding->contents.summary;

	if (!options->bundle)
		kernel_notes_trimming(&embedding->trimming);
	report_note("%s: %s kernel%s, %s distinct BTF%s, %s in %s; the file had %s and has %s",
		    output_of(options), text_count(summary->entries).text,
		    text_plural(summary->entries), text_count(summary->blobs).text,
		    text_plural(summary->blobs), text_size(summary->size).text,
		    executable_place(embedding->target.way), text_size(embedding->size_before).text,
		    text_size(embedding->size_after).text);
	if (embedding->target.way == EXECUTABLE_SECTION)
		report_note("%s", executable_warning());
	kernel_notes_failures(&embedding->trimming.kernels);
	kernel_notes_lookalikes_in(output_of(options), embedding->contents.bundle,
				   embedding->contents.size, false);
	if (options->json)
		print_json(options, embedding);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct embed_options options = {0};
	_cleanup_(cleanup_embedding) struct embedding embedding = {0};
	struct reason why = {""};
	int status;

	if (sources_init(&options.sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &options);
	if (status == COMMAND_GO)
		status = check_options(command, &options);
	if (status != COMMAND_GO)
		return status;
	if (OUTPUT_CHECK(output_of(&options), options.bundle))
		return STATUS_FAILED;
	if (executable_inspect(options.sources.file, &embedding.target, &why) ||
	    embedding.target.way == EXECUTABLE_REFUSES) {
		report_failure(options.sources.file, "%s", why.text);
		return STATUS_FAILED;
	}
	if ((options.bundle ? read_bundle(&options, &embedding) : trim(&options, &embedding)) ||
	    attach(&options, &embedding))
		return STATUS_FAILED;
	print_summary(&options, &embedding);
	return embedding.trimming.kernels.failures || embedding.contents.skipped ? STATUS_FAILED
										 : STATUS_DONE;
}

static const struct command_option options_of_embed[] = {
	{SOURCES_KERNELS, "kernels", "[PATH...]",
	 "kernel BTFs: folders in BTFHub's layout\n"
	 "OS/VERSION/MACHINE/RELEASE.btf[.tar.xz], parts of\n"
	 "such a tree, tars of it, kernels (vmlinuz, vmlinux\n"
	 "with BTF or DWARF), packages (.deb, .rpm), packs\n"
	 "(corebtf pack), or single BTFs; all words up to the\n"
	 "next option, and -- ends them; without PATH, or without\n"
	 "--kernels: those that 'corebtf fetch' downloaded, or\n"
	 "else the pack that is installed with corebtf"},
	{SOURCES_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, where path\n"
	 "and file do not say it or are wrong: os=ID[:VERSION],\n"
	 "release=RELEASE, machine=MACHINE"},
	{SOURCES_SELECT, "select", "EXPR",
	 "take only the kernels that match EXPR, for example\n"
	 "'os=ubuntu:20.04,release>=5.4,<5.15'; !EXPR excludes\n"
	 "those that match; may be repeated"},
	{SOURCES_KEEP, "keep", "TYPE[.FIELD]",
	 "keep this type or field as if an object asked for it:\n"
	 "'struct task_struct.{pid,mm.start_stack}', 'enum\n"
	 "bpf_func_id'; may be repeated"},
	{SOURCES_KEEP_FROM, "keep-from", "FILE", "the same for each line of FILE"},
	{SOURCES_WITH_BTF, "kernels-with-btf", NULL,
	 "take also kernels that show BTF of their own, which no\n"
	 "program needs (5.4 or newer, as far as is known); for\n"
	 "containers that hide /sys, and for tests"},
	{OPTION_BUNDLE, "bundle", "FILE",
	 "instead of --kernels: embed the bundle FILE; also an\n"
	 "executable, a tar or a folder of trimmed BTFs"},
	{'o', "output", "OUT", "write to OUT and do not change EXE"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MODULES, "modules", "auto|none|NAME,...", MODULES_OPTION_HELP},
	{SOURCES_MEMORY, "memory", "LIMIT",
	 "memory for unpacked BTFs, in bytes or with K, M, G\n"
	 "(default: a quarter of this machine's memory)"},
	{OPTION_COMPRESS, "compress", "none|xz", "how BTFs are stored (default: none)"},
	{OPTION_ALL_MACHINES, "all-machines", NULL, "take also kernels that EXE cannot run on"},
	{OPTION_JSON, "json", NULL, "print what was done as JSON"},
	{0},
};

const struct command command_embed = {
	.name = "embed",
	.usage = "EXE {[OBJ...] [--kernels [PATH...]] | --bundle FILE} [OPTION...]",
	.purpose = "trim kernel BTFs and embed them in an executable",
	.details =
		"Without OBJ it takes the BPF objects inside EXE, where skeletons, bpf2go and\n"
		"libbpf-cargo put them. BTFs that EXE already has are replaced. If EXE was linked\n"
		"with corebtf.ld, its reserved segment is filled; otherwise a section .corebtf is\n"
		"added at the end of EXE.",
	.examples =
		"  corebtf embed execsnoop\n"
		"  corebtf embed execsnoop --kernels btfhub-archive/debian\n"
		"  corebtf embed agent probe.bpf.o --kernels kernels -o agent-with-btf\n"
		"  corebtf embed execsnoop --bundle kernels.bundle\n"
		"  corebtf embed execsnoop --kernels kernels --select 'release>=5.10,<6.12'\n"
		"  corebtf embed --kernels-with-btf --kernels /sys/kernel/btf/vmlinux -- execsnoop",
	.statuses = "0 done; 1 failed, or some kernel BTFs could not be used",
	.options = options_of_embed,
	.run = run,
};
