/* SPDX-License-Identifier: MIT */
/*
 * corebtf pack: full kernel BTFs in all forms, and packs, in; one pack of all of their kernels out.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/command.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/output.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/sources.h"
#include "embedder/engine/packing.h"
#include "embedder/kernels/kernel_source.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

#define SLICES_MAX 1000000

enum { OPTION_TYPES_ONLY = SOURCES_OTHER, OPTION_SLICE };

struct pack_options {
	struct sources sources; /* without a file of its own */
	const char *output;
	bool types_only;
	uint32_t slice, slices; /* 0: all of it */
};

static void cleanup_options(struct pack_options *options)
{
	sources_free(&options->sources);
}

/* I/N */
static int take_slice(const struct command *command, struct pack_options *options,
		      const char *value)
{
	unsigned long number, count;
	char *end;

	number = strtoul(value, &end, 10);
	count = *end == '/' ? strtoul(end + 1, &end, 10) : 0;
	if (*end || *value < '1' || *value > '9' || !count || count > SLICES_MAX || number > count)
		return command_usage_error(command,
					   "--slice is I/N, slice I of N, from 1/N to N/N; not "
					   "'%s'",
					   value);
	options->slice = (uint32_t)number;
	options->slices = (uint32_t)count;
	return COMMAND_GO;
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct pack_options *options = context;

	switch (key) {
	case COMMAND_OPERAND:
		kernel_paths_add(&options->sources.kernels, value);
		return COMMAND_GO;
	case 'o':
		options->output = value;
		return COMMAND_GO;
	case OPTION_TYPES_ONLY:
		options->types_only = true;
		return COMMAND_GO;
	case OPTION_SLICE:
		return take_slice(command, options, value);
	}
	return sources_take(command, &options->sources, key, value);
}

/* A pack may be written over itself, with more kernels: it is read as a whole before. */
static int check_output(const struct pack_options *options, const struct kernel_input *kernels)
{
	int err = 0;

	for (size_t i = 0; !err && i < kernels->list.count; i++)
		err = OUTPUT_CHECK(options->output, kernels->list.files[i].path);
	for (size_t i = 0; !err && i < kernels->list.source_count; i++) {
		enum kernel_source_content content = KERNEL_SOURCE_NONE;
		const char *path = kernels->list.sources[i].path;

		if (kernel_source_look(path, &content, NULL) || content != KERNEL_SOURCE_PACK)
			err = OUTPUT_CHECK(options->output, path);
	}
	return err;
}

static int find_kernels(struct pack_options *options, struct packing *packing)
{
	sources_find_kernels(&options->sources, &packing->kernels);
	if (check_output(options, &packing->kernels))
		return STATUS_FAILED;
	if (options->slices)
		packing_slice(packing, options->slice, options->slices);
	return STATUS_DONE;
}

static int write_pack(const struct pack_options *options, struct packing *packing)
{
	struct byte_buffer bytes = {.data = NULL};
	struct reason why = {""};
	int err = packing_write(packing, &bytes, &why);

	if (err)
		report_failure(options->output, "nothing written: %s", why.text);
	else
		err = output_save(options->output, bytes.data, bytes.size);
	if (!err)
		report_note("%s: %s kernel%s, %s", options->output,
			    text_count(packing->pack.count).text, text_plural(packing->pack.count),
			    text_size(bytes.size).text);
	byte_buffer_free(&bytes);
	return err;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct pack_options options = {.output = NULL};
	_cleanup_(packing_free) struct packing packing = {.events = NULL};
	int status, err;

	if (sources_init(&options.sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &options);
	if (status != COMMAND_GO)
		return status;
	if (!options.sources.kernels.count)
		return command_usage_error(command, "no kernels given");
	if (!options.output)
		return command_usage_error(command, "no output given (-o FILE.pack)");
	status = kernel_paths_check(command, &options.sources.kernels);
	if (status != COMMAND_GO)
		return status;
	if (packing_init(&packing, run_events())) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	packing.types_only = options.types_only;
	if (find_kernels(&options, &packing))
		return STATUS_FAILED;
	err = packing_run(&packing, options.sources.jobs, options.sources.memory);
	progress_end();
	if (err == -ENOENT && options.slices && !packing.kernels.failures) {
		report_note("%s: nothing written: slice %u of %u has no kernel", options.output,
			    options.slice, options.slices);
		return STATUS_DONE;
	}
	if (err && err != -ENOENT) {
		report_failure(options.output, "nothing written: %s", strerror(-err));
		return STATUS_FAILED;
	}
	kernel_notes_explain(&packing.kernels, packing.pack.count, options.output,
			     "nothing written: ");
	if (err || write_pack(&options, &packing))
		return STATUS_FAILED;
	kernel_notes_not_selected(&packing.kernels);
	kernel_notes_failures(&packing.kernels);
	return packing.kernels.failures ? STATUS_FAILED : STATUS_DONE;
}

static const struct command_option options_of_pack[] = {
	{'o', "output", "FILE", "the pack to write; it may be one of the PATHs"},
	{SOURCES_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, as for embed"},
	{SOURCES_SELECT, "select", "EXPR",
	 "take only the kernels that match EXPR, as for embed;\n"
	 "may be repeated"},
	{OPTION_TYPES_ONLY, "types-only", NULL,
	 "leave out functions, variables, sections and their\n"
	 "tags, which no CO-RE relocation can ask for"},
	{OPTION_SLICE, "slice", "I/N",
	 "take slice I of N of the PATHs' files, by their names;\n"
	 "the packs of all slices can be merged into one"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MEMORY, "memory", "LIMIT",
	 "for unpacked BTFs, as for embed, and as much again\nfor the pack"},
	{0},
};

const struct command command_pack = {
	.name = "pack",
	.usage = "PATH... -o FILE.pack [OPTION...]",
	.purpose = "put the full BTFs of many kernels into one small file",
	.details = "A PATH is anything that --kernels of embed takes, and packs, which are merged. "
		   "Types\n"
		   "that kernels have in common are stored once. The same kernels give the same "
		   "bytes,\n"
		   "however they are put together. Every --kernels takes a pack; 'corebtf convert\n"
		   "FILE.pack FOLDER/' writes the BTFs out again.",
	.examples = "  corebtf pack btfhub-archive/debian -o debian.pack\n"
		    "  corebtf pack debian.pack ubuntu.pack vmlinux -o kernels.pack\n"
		    "  corebtf pack /srv/debug-packages --slice 3/16 -o slice-3.pack",
	.statuses = "0 done; 1 failed, or some kernels could not be used",
	.options = options_of_pack,
	.run = run,
};
