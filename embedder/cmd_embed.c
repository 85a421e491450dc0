// SPDX-License-Identifier: MIT
/*
 * corebtf embed: an executable, BPF objects and kernel BTFs go in; the executable with one trimmed
 * BTF for each kernel in its section .corebtf comes out.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/bundle/bundle_builder.h"
#include "embedder/cli/bundle_input.h"
#include "embedder/cli/command.h"
#include "embedder/cli/interrupt.h"
#include "embedder/cli/kernel_pool.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/sources.h"
#include "embedder/cli/text.h"
#include "embedder/cli/unresolved.h"
#include "embedder/elf/executable.h"
#include "embedder/trim/trimmer.h"
#include "embedder/util/cleanup.h"

enum { OPTION_COMPRESS = SOURCES_OTHER, OPTION_ALL_MACHINES };

struct embed_options {
	struct sources sources; /* its file is the executable */
	const char *output;
	enum bundle_compression compression;
	bool all_machines;
};

/* The work of one run, and what became of it. */
struct embedding {
	struct object_input objects;
	struct kernel_input kernels;
	struct bundle_builder *builder;
	size_t trimmed;		   /* kernels that are in the bundle */
	size_t unresolved;	   /* relocations, summed over all kernels */
	size_t unresolved_kernels; /* kernels that have some */
};

static void cleanup_options(struct embed_options *options)
{
	sources_free(&options->sources);
}

static void cleanup_embedding(struct embedding *embedding)
{
	object_input_free(&embedding->objects);
	kernel_input_free(&embedding->kernels);
	bundle_builder_free(embedding->builder);
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
		options->compression = *value == 'x' ? BUNDLE_COMPRESSION_XZ
						     : BUNDLE_COMPRESSION_NONE;
		return COMMAND_GO;
	}
	return sources_take(command, &options->sources, key, value);
}

static int find_kernels(struct embed_options *options, const struct executable_info *target,
			struct embedding *embedding)
{
	struct kernel_input *kernels = &embedding->kernels;

	sources_find_kernels(&options->sources, kernels);
	if (!options->all_machines)
		kernel_input_keep_machine(kernels, target);
	if (kernels->list.count)
		return 0;
	if (kernels->left_out)
		report_failure(options->sources.file,
			       "nothing written: all %zu %skernels are for other machines than it "
			       "(--all-machines takes them)",
			       kernels->left_out, kernels->not_selected ? "selected " : "");
	else if (kernels->not_selected)
		report_failure(options->sources.file,
			       "nothing written: --select takes none of %s kernel%s that were found",
			       text_count(kernels->not_selected).text,
			       text_plural(kernels->not_selected));
	else
		report_failure(options->sources.file, "nothing written: no kernel BTF was found");
	return -ENOENT;
}

/* What is kept of a kernel once its full BTF is gone. */
struct trimmed_kernel {
	size_t size;			     /* of the trimmed BTF */
	uint32_t missing, ambiguous, failed; /* requests, by outcome (resolver.h) */
	const uint8_t *outcomes;	     /* of each request, behind the BTF; NULL: not kept */
	uint8_t btf[];
};

static void *new_trimmer(void *context)
{
	const struct embedding *embedding = context;

	return trimmer_new(embedding->objects.requests);
}

static void free_trimmer(void *trimmer)
{
	trimmer_free(trimmer);
}

static int trim_kernel(void *context, void *trimmer, const struct kernel_file *kernel,
		       const struct kernel_btf *full, void **ret_outcome, struct reason *why)
{
	const struct embedding *embedding = context;
	size_t outcomes = report_level() == REPORT_VERBOSE
				  ? request_set_count(embedding->objects.requests)
				  : 0;
	struct trimmed_kernel *kept;
	struct trim_result trimmed = {0};
	int err = trimmer_run(trimmer, full->data, full->size, &trimmed, why);

	if (err)
		return err;
	/* The trimmer's memory is used again for the next kernel. */
	kept = malloc(sizeof(*kept) + trimmed.size + outcomes);
	if (!kept)
		return reason_errno(why, -ENOMEM, "cannot keep the trimmed BTF");
	*kept = (struct trimmed_kernel){
		.size = trimmed.size,
		.missing = trimmed.missing,
		.ambiguous = trimmed.ambiguous,
		.failed = trimmed.failed,
		.outcomes = outcomes ? kept->btf + trimmed.size : NULL,
	};
	memcpy(kept->btf, trimmed.btf, trimmed.size);
	memcpy(kept->btf + trimmed.size, trimmed.outcomes, outcomes);
	*ret_outcome = kept;
	return 0;
}

/* One kernel's result; what fails is told, counted and left out. */
static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct embedding *embedding = context;
	const struct trimmed_kernel *trimmed = result->outcome;
	struct reason why = result->why;
	size_t unresolved;
	int err = result->error;

	progress_step(result->kernel->id.release);
	if (!err)
		err = bundle_builder_add(embedding->builder, &result->kernel->id, trimmed->btf,
					 trimmed->size, result->kernel->path, &why);
	if (err) {
		report_failure(result->kernel->path, "%s", why.text);
		embedding->kernels.failures++;
		return 0;
	}
	unresolved = (size_t)trimmed->missing + trimmed->ambiguous + trimmed->failed;
	embedding->trimmed++;
	embedding->unresolved += unresolved;
	embedding->unresolved_kernels += unresolved > 0;
	report_detail("%s: trimmed to %s bytes", result->kernel->path,
		      text_count(trimmed->size).text);
	unresolved_name(result->kernel->path, embedding->objects.requests, trimmed->outcomes);
	return 0;
}

static int trim_kernels(const struct embed_options *options, struct embedding *embedding)
{
	const struct kernel_list *kernels = &embedding->kernels.list;
	struct kernel_pool_work work = {
		.jobs = options->sources.jobs,
		.context = embedding,
		.thread_new = new_trimmer,
		.thread_free = free_trimmer,
		.run = trim_kernel,
		.take = take_result,
	};
	int err;

	embedding->builder = bundle_builder_new();
	if (!embedding->builder) {
		report_failure(NULL, "out of memory");
		return -ENOMEM;
	}
	progress_start("kernels", kernels->count, report_level() != REPORT_QUIET);
	err = kernel_pool_run(kernels, &work);
	progress_end();
	if (err) {
		report_failure(options->sources.file, "nothing written: cannot trim: %s",
			       strerror(-err));
		return err;
	}
	if (!embedding->trimmed) {
		report_failure(options->sources.file,
			       "nothing written: none of %zu kernel BTFs could be used",
			       kernels->count);
		return -ENOENT;
	}
	return 0;
}

static int add_objects(struct embedding *embedding)
{
	for (size_t i = 0; i < embedding->objects.count; i++) {
		const struct input_object *object = &embedding->objects.objects[i];
		int err = bundle_builder_add_object(embedding->builder, object->name,
						    object->digest, object->relocation_count);

		if (err)
			return err;
	}
	return 0;
}

/* The bundle is read back before it is written: a file that this tool makes is a sound one. */
static int write_bundle(const struct embed_options *options, const struct executable_info *target,
			struct embedding *embedding, struct corebtf_summary *ret_summary)
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
	int err = add_objects(embedding);

	if (err) {
		reason_errno(&why, err, "cannot note the objects");
	} else {
		err = bundle_builder_layout(embedding->builder, &layout, &bundle, &size, &why);
		if (!err)
			err = bundle_input_check(bundle, size, ret_summary, &why);
	}
	if (!err) {
		hold = interrupt_hold(output);
		err = executable_attach(options->sources.file, output, bundle, size, &why);
	}
	if (err)
		report_failure(output, "%s", why.text);
	return err;
}

static void print_summary(const struct embed_options *options, const struct executable_info *target,
			  const struct embedding *embedding,
			  const struct corebtf_summary *summary)
{
	const struct kernel_input *kernels = &embedding->kernels;
	const char *output = options->output ? options->output : options->sources.file;

	kernel_input_note_not_selected(kernels);
	if (kernels->left_out)
		report_note("%s kernel%s of other machines left out (--all-machines takes them)",
			    text_count(kernels->left_out).text, text_plural(kernels->left_out));
	if (embedding->unresolved)
		report_note("%s relocation%s not resolved, over %s of %s kernels%s",
			    text_count(embedding->unresolved).text,
			    text_plural(embedding->unresolved),
			    text_count(embedding->unresolved_kernels).text,
			    text_count(embedding->trimmed).text,
			    unresolved_hint());
	report_note("%s: %s kernel%s, %s distinct BTF%s, %s in %s", output,
		    text_count(summary->entries).text, text_plural(summary->entries),
		    text_count(summary->blobs).text, text_plural(summary->blobs),
		    text_size(summary->size).text, executable_place(target->way));
	if (target->way == EXECUTABLE_SECTION)
		report_note("%s", executable_warning());
	if (kernels->failures)
		report_failure(NULL, "%s kernel BTF%s could not be used and %s left out",
			       text_count(kernels->failures).text, text_plural(kernels->failures),
			       kernels->failures == 1 ? "was" : "were");
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct embed_options options = {0};
	_cleanup_(cleanup_embedding) struct embedding embedding = {0};
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

	kernel_input_init(&embedding.kernels);
	if (executable_inspect(options.sources.file, &target, &why) ||
	    target.way == EXECUTABLE_REFUSES) {
		report_failure(options.sources.file, "%s", why.text);
		return STATUS_FAILED;
	}
	if (sources_read_objects(&options.sources, &embedding.objects) ||
	    find_kernels(&options, &target, &embedding) ||
	    trim_kernels(&options, &embedding) ||
	    write_bundle(&options, &target, &embedding, &summary))
		return STATUS_FAILED;
	print_summary(&options, &target, &embedding, &summary);
	return embedding.kernels.failures ? STATUS_FAILED : STATUS_DONE;
}

static const struct command_option options_of_embed[] = {
	{SOURCES_KERNELS, "kernels", "PATH...",
	 "kernel BTFs: folders in BTFHub's layout\n"
	 "OS/VERSION/MACHINE/RELEASE.btf[.tar.xz], parts of\n"
	 "such a tree, or single files; all words up to the\n"
	 "next option, and -- ends them"},
	{SOURCES_SELECT, "select", "EXPR",
	 "of the kernels found, take those that EXPR describes,\n"
	 "like 'os=ubuntu:20.04,release>=5.4,<5.15'; !EXPR takes\n"
	 "all others; may be repeated"},
	{'o', "output", "OUT", "write to OUT; EXE stays as it is"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{OPTION_COMPRESS, "compress", "none|xz", "how BTFs are stored (default: none)"},
	{OPTION_ALL_MACHINES, "all-machines", NULL,
	 "take kernels of machines, too, that EXE cannot run on"},
	{0},
};

const struct command command_embed = {
	.name = "embed",
	.usage = "EXE [OBJ...] --kernels PATH... [-o OUT] [OPTION...]",
	.purpose = "trim kernel BTFs for a program and put them into its executable",
	.details = "Without OBJ the BPF objects are taken from inside EXE, where skeletons, bpf2go and\n"
		   "libbpf-cargo put them. What EXE carries already is replaced. A reserved segment\n"
		   "(corebtf.ld) is filled; without one, a section .corebtf is added at the end of EXE.",
	.examples = "  corebtf embed execsnoop --kernels btfhub-archive/debian\n"
		    "  corebtf embed agent probe.bpf.o --kernels kernels -o agent-with-btf\n"
		    "  corebtf embed execsnoop --kernels kernels --select 'release>=5.10,<6.12'\n"
		    "  corebtf embed --kernels kernels /sys/kernel/btf/vmlinux -- execsnoop",
	.statuses = "0 done; 1 failed, or some kernel BTFs could not be used",
	.options = options_of_embed,
	.run = run,
};
