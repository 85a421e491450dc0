/* SPDX-License-Identifier: MIT */
/*
 * corebtf run: starts the installed runner (runner/) on a BPF object. With --kernels the BTF of the
 * running kernel is trimmed for the object first and handed over as a bundle in memory; so it is
 * where the kernel has no BTF, out of the kernels that are here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "embedder/cli/command.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/runner.h"
#include "embedder/cli/sources.h"
#include "embedder/engine/memory_file.h"
#include "embedder/engine/tool_payload.h"
#include "embedder/kernels/running_kernel.h"
#include "embedder/util/cleanup.h"

enum { OPTION_BUNDLE = SOURCES_OTHER, OPTION_RUNNER };

/* take() returns it for the file: what follows is the tool's. */
#define FILE_FOUND 100

struct run_options {
	struct sources sources; /* without a file of its own */
	const char *file, *bundle, *runner;
};

static void cleanup_options(struct run_options *options)
{
	sources_free(&options->sources);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct run_options *options = context;

	switch (key) {
	case COMMAND_OPERAND:
		options->file = value;
		return FILE_FOUND;
	case OPTION_BUNDLE:
		options->bundle = value;
		return COMMAND_GO;
	case OPTION_RUNNER:
		options->runner = value;
		return COMMAND_GO;
	}
	return sources_take(command, &options->sources, key, value);
}

static int select_running(struct kernel_select *select)
{
	struct reason why = {""};
	struct utsname name;
	char text[128];
	int err;

	if (uname(&name))
		return -errno;
	snprintf(text, sizeof(text), "release=%s", name.release);
	err = kernel_select_add(select, text, &why);
	if (err)
		report_failure("--kernels", "%s", why.text);
	return err;
}

/* The trimmed BTF of the running kernel, as a bundle. 0 without one: the runner will say what it
 * misses, if it misses anything. */
static int trim(struct run_options *options, const struct runner *runner, struct trimming *trimming,
		struct memory_file *bundle)
{
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct bundle_layout_opts layout = {.big_endian = runner->info.big_endian};
	struct sources *sources = &options->sources;
	_cleanup_free_ void *data = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err;

	sources->object_paths[sources->object_count++] = options->file;
	if (trimming_init(trimming, run_events()) ||
	    sources_read_objects(sources, &trimming->objects) || select_running(&sources->select))
		return -EINVAL;
	if (!request_set_count(trimming->objects.requests))
		return 0;
	sources_find_kernels(sources, &trimming->kernels);
	kernel_input_keep_machine(&trimming->kernels, runner->machine);
	if (kernel_input_is_empty(&trimming->kernels))
		return trimming->kernels.failures ? -ENOENT : 0;
	err = trimming_run(trimming, sources->jobs, sources->memory);
	if (err == -ENOENT)
		return trimming->kernels.failures ? -ENOENT : 0;
	if (!err)
		err = trimming_layout(trimming, &layout, &data, &size, &summary, &why);
	if (!err)
		err = memory_file_open(data, size, bundle, &why);
	if (err)
		report_failure(options->file, "the kernel's BTF: %s",
			       *why.text ? why.text : strerror(-err));
	return err;
}

/* A package.json becomes what `corebtf tool` would write into a file. */
static int unpack(const struct run_options *options, struct memory_file *tool)
{
	_cleanup_(tool_payload_free) struct tool_payload payload = {0};
	_cleanup_free_ void *tar = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err = tool_payload_init(&payload, NULL);

	if (!err)
		err = tool_payload_add(&payload, options->file, &why);
	if (!err)
		err = tool_payload_pack(&payload, &tar, &size, &why);
	if (!err)
		err = memory_file_open(tar, size, tool, &why);
	if (err)
		report_failure(options->file, "%s", *why.text ? why.text : strerror(-err));
	return err;
}

/* Replaces this process. Returns when that failed. */
static int start(const struct run_options *options, const struct runner *runner,
		 const struct memory_file *bundle, const struct memory_file *tool, char **argv)
{
	const char *path = bundle->fd >= 0 ? bundle->path : options->bundle;

	/* They stay open in the runner. */
	if (bundle->fd >= 0)
		fcntl(bundle->fd, F_SETFD, 0);
	fcntl(tool->fd, F_SETFD, 0);
	argv[1] = (char *)tool->path;
	if (path && setenv("COREBTF_BUNDLE", path, 1))
		report_failure(NULL, "out of memory");
	else {
		fflush(NULL);
		execv(runner->path, argv);
		report_failure(runner->path, "cannot be started: %s", strerror(errno));
	}
	return STATUS_FAILED;
}

static int run_file(struct run_options *options, char **argv)
{
	_cleanup_(runner_free) struct runner runner = {0};
	_cleanup_(trimming_free) struct trimming trimming = {0};
	_cleanup_(memory_file_close) struct memory_file bundle = {.fd = -1}, tool = {.fd = -1};
	struct kernel_paths *kernels = &options->sources.kernels;

	if (runner_find(options->runner, NULL, &runner) || unpack(options, &tool))
		return STATUS_FAILED;
	if (!kernels->count && !options->bundle && access(RUNNING_KERNEL_BTF_PATH, R_OK) != 0)
		kernel_paths_default(kernels);
	if (kernels->count && trim(options, &runner, &trimming, &bundle))
		return STATUS_FAILED;
	return start(options, &runner, &bundle, &tool, argv);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct run_options options = {0};
	int status, file;

	if (sources_init(&options.sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &options);
	if (status == COMMAND_GO)
		return command_usage_error(command, "no BPF object given");
	if (status != FILE_FOUND)
		return status;
	if (options.bundle && options.sources.kernels.count)
		return command_usage_error(command, "either --kernels or --bundle");
	status = kernel_paths_check(command, &options.sources.kernels);
	if (status != COMMAND_GO)
		return status;
	for (file = 1; argv[file] != options.file; file++)
		;
	return run_file(&options, argv + file - 1);
}

static const struct command_option options_of_run[] = {
	{SOURCES_KERNELS, "kernels", "PATH",
	 "where the running kernel's BTF is if it has none of its\n"
	 "own, in all forms that embed takes; may be repeated"},
	{SOURCES_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, as for embed"},
	{OPTION_BUNDLE, "bundle", "FILE",
	 "instead of --kernels: a bundle, or an executable, tar or\n"
	 "folder with trimmed BTFs"},
	{OPTION_RUNNER, "runner", "FILE", "the runner to start (default: the installed one)"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MEMORY, "memory", "LIMIT", "for unpacked BTFs, as for embed"},
	{0},
};

const struct command command_run = {
	.name = "run",
	.usage = "[OPTION...] FILE [TOOL-OPTION...]",
	.purpose = "load and attach a BPF object, and print its events",
	.details =
		"The same as 'corebtf tool', without making a file: what comes after FILE are the\n"
		"options of the tool, among them --help.",
	.examples = "  corebtf run opensnoop.bpf.o --help\n"
		    "  corebtf run opensnoop.bpf.o --pid 1641 --json\n"
		    "  corebtf run --kernels debian.pack opensnoop.bpf.o",
	.statuses = "that of the tool: 0 done; 1 failed",
	.options = options_of_run,
	.run = run,
};
