/* SPDX-License-Identifier: MIT */
/*
 * corebtf btfgen: BPF objects in, a tar with a trimmed BTF for each kernel of the cache out,
 * with the options of bpf-compatible's script btfgen.
 */
#include <stdlib.h>

#include "embedder/cli/modules_option.h"
#include "embedder/cli/command.h"
#include "embedder/cli/fetching.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/sources.h"
#include "embedder/cli/tar_output.h"
#include "embedder/engine/trimming.h"
#include "embedder/hub/cache.h"
#include "embedder/util/cleanup.h"

/* The script's, which writes gzip into a file of this name. */
#define OUTPUT_DEFAULT "output.tar"

enum { OPTION_JOBS = SOURCES_OTHER };

struct btfgen_options {
	struct sources sources; /* without a file of its own */
	struct tar_output tar;
};

static void cleanup_options(struct btfgen_options *options)
{
	sources_free(&options->sources);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct btfgen_options *options = context;
	struct sources *sources = &options->sources;

	switch (key) {
	case COMMAND_OPERAND:
	case 'f':
		sources->object_paths[sources->object_count++] = value;
		return COMMAND_GO;
	case 'j':
		options->tar.json = value;
		return COMMAND_GO;
	case 'o':
		options->tar.path = value;
		return COMMAND_GO;
	case OPTION_JOBS:
		return sources_take(command, sources, 'j', value);
	}
	return sources_take(command, sources, key, value);
}

/* Gzip, which is what readers of such tars expect, unless the name says otherwise; ".tar" does not.
 */
static enum archive_packing choose_packing(const char *path)
{
	enum archive_packing packing;

	if (archive_packing_from_name(path, &packing) || packing == ARCHIVE_PLAIN)
		return ARCHIVE_GZIP;
	return packing;
}

/* Without --kernels, those of the cache; if it is empty, they are downloaded first. */
static int find_kernels(struct btfgen_options *options, struct kernel_input *kernels)
{
	struct sources *sources = &options->sources;
	_cleanup_free_ char *cache = NULL;

	if (!sources->kernels.count) {
		kernel_paths_add(&sources->kernels, NULL);
		if (cache_find_kernels(&cache, NULL) == -ENOENT) {
			int err = fetching_run(NULL, 0, &sources->select);

			if (err)
				return err;
		}
	}
	sources_find_kernels(sources, kernels);
	if (!kernel_input_is_empty(kernels))
		return 0;
	kernel_notes_explain(kernels, 0, options->tar.path, "nothing written: ");
	return -ENOENT;
}

/* The tar is made from a bundle as `corebtf convert` makes it; the bundle's byte order does not
 * matter.
 */
static int write_tar(struct btfgen_options *options, struct trimming *trimming)
{
	struct bundle_layout_opts layout = {.compression = BUNDLE_COMPRESSION_NONE};
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	_cleanup_free_ void *bundle = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err = trimming_layout(trimming, &layout, &bundle, &size, &summary, &why);

	if (err) {
		report_failure(options->tar.path, "%s", why.text);
		return err;
	}
	kernel_notes_trimming(trimming);
	kernel_notes_lookalikes_in(options->tar.path, bundle, size, true);
	err = tar_output_write(&options->tar, bundle, size);
	kernel_notes_failures(&trimming->kernels);
	return err;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct btfgen_options options = {
		.tar = {.path = OUTPUT_DEFAULT},
	};
	_cleanup_(trimming_free) struct trimming trimming = {0};
	_cleanup_free_ void *json = NULL;
	int status;

	if (sources_init(&options.sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &options);
	if (status != COMMAND_GO)
		return status;
	if (!options.sources.object_count && !options.sources.kept_count)
		return command_usage_error(command, "no BPF object given");
	/* Without a path, it is for the cache. */
	if (options.sources.kernels.count || options.sources.kernels.as_count > 1)
		status = kernel_paths_check(command, &options.sources.kernels);
	if (status != COMMAND_GO)
		return status;
	options.tar.origin = options.tar.path;
	options.tar.opts.packing = choose_packing(options.tar.path);
	if (tar_output_read_json(&options.tar, &json) || trimming_init(&trimming, run_events()) ||
	    sources_read_objects(&options.sources, &trimming.objects) ||
	    find_kernels(&options, &trimming.kernels) ||
	    sources_check_output(&options.sources, &trimming.kernels, options.tar.path) ||
	    OUTPUT_CHECK(options.tar.path, options.tar.json) ||
	    sources_trim(&options.sources, &trimming, options.tar.path) ||
	    object_input_check_orders(&trimming.objects, trimming.has_order) ||
	    write_tar(&options, &trimming))
		return STATUS_FAILED;
	return trimming.kernels.failures ? STATUS_FAILED : STATUS_DONE;
}

static const struct command_option options_of_btfgen[] = {
	{'f', "file", "OBJ", "one more BPF object"},
	{'j', "json", "JSON", "put JSON into the tar as package.json"},
	{'o', "output", "OUT",
	 "the tar to write (default: " OUTPUT_DEFAULT "), packed by\n"
	 "gzip unless its name ends in .xz or .zst"},
	{SOURCES_KERNELS, "kernels", "[PATH...]", "kernel BTFs, as for embed (default: the cache)"},
	{SOURCES_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, as for embed"},
	{SOURCES_SELECT, "select", "EXPR",
	 "take only the kernels that match EXPR, as for embed;\n"
	 "may be repeated"},
	{SOURCES_KEEP, "keep", "TYPE[.FIELD]",
	 "keep this type or field as if an object asked for it:\n"
	 "'struct task_struct.{pid,mm.start_stack}', 'enum\n"
	 "bpf_func_id'; may be repeated"},
	{SOURCES_KEEP_FROM, "keep-from", "FILE", "the same for each line of FILE"},
	{SOURCES_WITH_BTF, "kernels-with-btf", NULL,
	 "take also kernels that show BTF of their own, as for\n"
	 "embed"},
	{OPTION_JOBS, "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MODULES, "modules", "auto|none|NAME,...", MODULES_OPTION_HELP},
	{SOURCES_MEMORY, "memory", "LIMIT", "for unpacked BTFs, as for embed"},
	{0},
};

const struct command command_btfgen = {
	.name = "btfgen",
	.usage = "[-j JSON] [-o OUT] [OPTION...] OBJ...",
	.purpose = "trim cached kernel BTFs into a tar, as bpf-compatible's btfgen does",
	.details = "Takes the options of bpf-compatible's script btfgen and writes the same tar:\n"
		   "btfhub-archive/OS/VERSION/MACHINE/RELEASE.btf, with --json also package.json.\n"
		   "When the cache is empty, it first downloads the selected kernels, as 'corebtf\n"
		   "fetch' does.",
	.examples = "  corebtf btfgen -j package.json -o probe.tar.gz probe.bpf.o\n"
		    "  corebtf btfgen --select os=debian probe.bpf.o other.bpf.o",
	.statuses = "0 done; 1 failed, or some kernels could not be used",
	.options = options_of_btfgen,
	.run = run,
};
