/* SPDX-License-Identifier: MIT */
/*
 * corebtf run: starts the installed runner (runner/) on a BPF object or package, also from the web.
 * With --kernels the BTF of the running kernel is trimmed for the object first and handed over as a
 * bundle in memory; so it is where the kernel has no BTF, out of the kernels that are here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "embedder/cli/command.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/run_watch.h"
#include "embedder/cli/runner.h"
#include "embedder/cli/sources.h"
#include "embedder/engine/memory_file.h"
#include "embedder/download/download.h"
#include "embedder/download/sha256.h"
#include "embedder/download/url.h"
#include "embedder/engine/tool_payload.h"
#include "embedder/kernels/running_kernel.h"
#include "embedder/package/bpf_package.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/text.h"

enum {
	OPTION_BUNDLE = SOURCES_OTHER,
	OPTION_RUNNER,
	OPTION_SHA256,
	OPTION_WATCH,
	OPTION_WATCH_INTERVAL,
};

#define WATCH_INTERVAL 60 /* seconds */

/* take() returns it for the file: what follows is the tool's. */
#define FILE_FOUND 100

struct run_options {
	struct sources sources; /* without a file of its own */
	const char *file, *bundle, *runner, *sha256;
	bool watches, has_watch_interval;
	int watch_interval; /* seconds */
};

/* One version of the file, ready to start. */
struct version {
	char digest[65];	   /* of the bytes */
	struct memory_file bundle; /* with the trimmed BTF of this kernel; may be closed */
	struct memory_file tool;   /* what the runner reads */
};

/* What the whole run has. */
struct running {
	struct run_options *options;
	struct runner runner;
	struct version version; /* the last one */
	char **argv;
};

static void cleanup_options(struct run_options *options)
{
	sources_free(&options->sources);
}

static int take_interval(const struct command *command, struct run_options *options,
			 const char *value)
{
	char *end;
	long seconds = strtol(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || seconds < 1 || seconds > 86400)
		return command_usage_error(
			command, "--watch-interval is seconds from 1 to 86400, not '%s'", value);
	options->has_watch_interval = true;
	options->watch_interval = (int)seconds;
	return COMMAND_GO;
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
	case OPTION_SHA256:
		if (!sha256_is(value))
			return command_usage_error(command,
						   "--sha256 is 64 hexadecimal digits, not "
						   "'%s'",
						   value);
		options->sha256 = value;
		return COMMAND_GO;
	case OPTION_WATCH:
		options->watches = true;
		return COMMAND_GO;
	case OPTION_WATCH_INTERVAL:
		return take_interval(command, options, value);
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
static int trim(struct run_options *options, const struct runner *runner,
		const struct tool_payload *payload, struct memory_file *bundle)
{
	_cleanup_(trimming_free) struct trimming trimming = {0};
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct bundle_layout_opts layout = {.big_endian = runner->info.big_endian};
	struct sources *sources = &options->sources;
	_cleanup_free_ void *data = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err;

	if (trimming_init(&trimming, run_events()) ||
	    tool_payload_read_objects(payload, &trimming.objects))
		return -EINVAL;
	if (!request_set_count(trimming.objects.requests))
		return 0;
	sources_find_kernels(sources, &trimming.kernels);
	kernel_input_keep_machine(&trimming.kernels, runner->machine);
	if (kernel_input_is_empty(&trimming.kernels))
		return trimming.kernels.failures ? -ENOENT : 0;
	err = trimming_run(&trimming, sources->jobs, sources->memory);
	if (err == -ENOENT)
		return trimming.kernels.failures ? -ENOENT : 0;
	if (!err)
		err = trimming_layout(&trimming, &layout, &data, &size, &summary, &why);
	if (!err)
		err = memory_file_open(data, size, bundle, &why);
	if (err)
		report_failure(options->file, "the kernel's BTF: %s",
			       *why.text ? why.text : strerror(-err));
	return err;
}

/* What is at the file or URL now. */
static int read_file(const struct run_options *options, struct download *file)
{
	const char *slash = strrchr(options->file, '/');
	struct reason why = {""};
	int err;

	*file = (struct download){0};
	if (url_is(options->file)) {
		err = download_get(options->file, options->sha256, BPF_PACKAGE_SIZE_MAX, file,
				   &why);
		if (!err && *file->note.text)
			report_note("%s: %s; the copy in the cache is taken", options->file,
				    file->note.text);
		if (!err && *file->cache.text)
			report_detail("%s: not kept in the cache: %s", options->file,
				      file->cache.text);
	} else {
		err = input_file_read(options->file, BPF_PACKAGE_SIZE_MAX, &file->data, &file->size,
				      &why);
		snprintf(file->name, sizeof(file->name), "%s", slash ? slash + 1 : options->file);
		if (!err)
			snprintf(file->digest, sizeof(file->digest), "%s",
				 sha256_of(file->data, file->size).text);
		if (!err && options->sha256 && strcasecmp(file->digest, options->sha256) != 0)
			err = reason_set(&why, -EBADMSG,
					 "its SHA-256 is %s, and not what --sha256 says",
					 file->digest);
	}
	if (err)
		report_failure(options->file, "%s", why.text);
	else
		report_detail("%s: %s, SHA-256 %s", options->file, text_size(file->size).text,
			      file->digest);
	return err;
}

static void close_version(struct version *version)
{
	memory_file_close(&version->bundle);
	memory_file_close(&version->tool);
}

/* What `corebtf tool` would write into a file, and the BTF of this kernel. */
static int make_version(struct run_options *options, const struct runner *runner,
			const struct download *file, struct version *version)
{
	_cleanup_(tool_payload_free) struct tool_payload payload = {0};
	_cleanup_free_ void *tar = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err = tool_payload_init(&payload, NULL);

	memcpy(version->digest, file->digest, sizeof(version->digest));
	if (!err)
		err = tool_payload_add_bytes(&payload, file->name, file->data, file->size, &why);
	if (!err)
		err = tool_payload_pack(&payload, &tar, &size, &why);
	if (!err)
		err = memory_file_open(tar, size, &version->tool, &why);
	if (err) {
		report_failure(options->file, "%s", *why.text ? why.text : strerror(-err));
		return err;
	}
	return options->sources.kernels.count ? trim(options, runner, &payload, &version->bundle)
					      : 0;
}

/* Reads the file, and makes it ready unless it is what it was; see run_watch.h. */
static int prepare(void *context, bool again, struct runner_start *start)
{
	struct running *running = context;
	struct version version = {.bundle = {.fd = -1}, .tool = {.fd = -1}};
	_cleanup_(download_free) struct download file;
	int err = read_file(running->options, &file);

	if (err)
		return err;
	if (!again && strcmp(file.digest, running->version.digest) == 0)
		return RUN_WATCH_SAME;
	err = make_version(running->options, &running->runner, &file, &version);
	/* What could not be used is not tried again until it changes. */
	close_version(&running->version);
	running->version = version;
	if (err)
		return err;
	running->argv[1] = running->version.tool.path;
	*start = (struct runner_start){
		.path = running->runner.path,
		.argv = running->argv,
		.bundle = version.bundle.fd >= 0 ? running->version.bundle.path
						 : running->options->bundle,
		.inherited = {version.bundle.fd, version.tool.fd},
	};
	return RUN_WATCH_NEW;
}

/* Replaces this process. Returns when that failed. */
static int become(const struct runner_start *start)
{
	for (size_t i = 0; i < 2; i++) {
		if (start->inherited[i] >= 0)
			fcntl(start->inherited[i], F_SETFD, 0);
	}
	if (start->bundle && setenv("COREBTF_BUNDLE", start->bundle, 1))
		report_failure(NULL, "out of memory");
	else {
		fflush(NULL);
		execv(start->path, start->argv);
		report_failure(start->path, "cannot be started: %s", strerror(errno));
	}
	return STATUS_FAILED;
}

static int watch(struct running *running)
{
	_cleanup_(change_watch_close) struct change_watch change = {.fd = -1};
	const struct run_options *options = running->options;
	const struct run_watch_version version = {
		.what = options->file,
		.change = &change,
		.prepare = prepare,
		.context = running,
	};
	struct reason why = {""};
	int err = url_is(options->file)
			  ? change_watch_time((unsigned int)options->watch_interval, &change, &why)
			  : change_watch_file(options->file, &change, &why);

	if (!err)
		return run_watch(&version);
	report_failure(options->file, "%s", why.text);
	return STATUS_FAILED;
}

static void cleanup_running(struct running *running)
{
	close_version(&running->version);
	runner_free(&running->runner);
}

static int run_file(struct run_options *options, char **argv)
{
	_cleanup_(cleanup_running) struct running running = {
		.options = options,
		.version = {.bundle = {.fd = -1}, .tool = {.fd = -1}},
		.argv = argv,
	};
	struct kernel_paths *kernels = &options->sources.kernels;
	struct runner_start start;

	if (runner_find(options->runner, NULL, &running.runner))
		return STATUS_FAILED;
	if (!kernels->count && !options->bundle && access(RUNNING_KERNEL_BTF_PATH, R_OK) != 0)
		kernel_paths_default(kernels);
	if (kernels->count && select_running(&options->sources.select))
		return STATUS_FAILED;
	if (options->watches)
		return watch(&running);
	return prepare(&running, true, &start) < 0 ? STATUS_FAILED : become(&start);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct run_options options = {0};
	int status, file;

	options.watch_interval = WATCH_INTERVAL;
	if (sources_init(&options.sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &options);
	if (status == COMMAND_GO)
		return command_usage_error(command, "no BPF object given");
	if (status != FILE_FOUND)
		return status;
	if (options.bundle && options.sources.kernels.count)
		return command_usage_error(command, "either --kernels or --bundle");
	if (options.has_watch_interval && (!options.watches || !url_is(options.file)))
		return command_usage_error(command, "--watch-interval is for --watch and a URL");
	if (options.watches && options.sha256)
		return command_usage_error(command,
					   "--sha256 allows one version alone, so there is "
					   "nothing to --watch");
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
	{OPTION_SHA256, "sha256", "HEX", "refuse FILE if its SHA-256 is another one"},
	{OPTION_WATCH, "watch", NULL,
	 "replace the programs when there is a new version of\n"
	 "FILE, and on SIGHUP"},
	{OPTION_WATCH_INTERVAL, "watch-interval", "SECONDS",
	 "how often a URL is asked (default: 60)"},
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
		"options of the tool, among them --help. FILE is a BPF object or eunomia's\n"
		"package.json, also as https://HOST/FILE.",
	.examples = "  corebtf run opensnoop.bpf.o --help\n"
		    "  corebtf run opensnoop.bpf.o --pid 1641 --json\n"
		    "  corebtf run --kernels debian.pack opensnoop.bpf.o\n"
		    "  corebtf run --watch https://example.org/opensnoop.json --json",
	.statuses = "that of the tool: 0 done; 1 failed",
	.options = options_of_run,
	.run = run,
};
