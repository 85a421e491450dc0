/* SPDX-License-Identifier: MIT */
/*
 * corebtf trim: BPF objects and kernel BTFs go in; the trimmed BTFs come out as a file of their
 * own: a bundle, a tar, an object file for the linker, or one BTF.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "embedder/cli/modules_option.h"
#include "embedder/cli/command.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/object_output.h"
#include "embedder/cli/output.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/sources.h"
#include "embedder/cli/tar_output.h"
#include "embedder/engine/container.h"
#include "embedder/engine/kernel_modules.h"
#include "embedder/engine/kernel_reader.h"
#include "embedder/engine/unresolved.h"
#include "embedder/image/kernel_types.h"
#include "embedder/kernels/kernel_source.h"
#include "embedder/kernels/running_kernel.h"
#include "embedder/modules/module_join.h"
#include "embedder/trim/trimmer.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/memory_budget.h"
#include "embedder/util/text.h"

/* An archive with one BTF in it (BTFHub's have 1 MB) is smaller. */
#define ONE_BTF_SIZE_MAX (32 << 20)

enum {
	OPTION_BASE = SOURCES_OTHER,
	OPTION_COMPRESS,
	OPTION_ALL_MACHINES,
	OPTION_LIKE,
	OPTION_SYMBOL,
};

struct trim_options {
	struct sources sources; /* without a file of its own */
	struct object_output object;
	const char *output, *base;
	enum container kind; /* of the output */
	enum bundle_compression compression;
	bool all_machines, has_compression;
};

static void cleanup_options(struct trim_options *options)
{
	sources_free(&options->sources);
}

static void cleanup_trimmer(struct trimmer **trimmer)
{
	trimmer_free(*trimmer);
}

static void cleanup_corebtf(struct corebtf **corebtf)
{
	corebtf_close(*corebtf);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct trim_options *options = context;

	switch (key) {
	case COMMAND_OPERAND:
		options->sources.object_paths[options->sources.object_count++] = value;
		return COMMAND_GO;
	case 'o':
		options->output = value;
		return COMMAND_GO;
	case 'm':
		options->object.machine = value;
		return COMMAND_GO;
	case OPTION_LIKE:
		options->object.like = value;
		return COMMAND_GO;
	case OPTION_SYMBOL:
		options->object.symbol = value;
		return COMMAND_GO;
	case OPTION_BASE:
		options->base = value;
		return COMMAND_GO;
	case OPTION_ALL_MACHINES:
		options->all_machines = true;
		return COMMAND_GO;
	case OPTION_COMPRESS:
		options->has_compression = true;
		return sources_take_compression(command, value, &options->compression);
	}
	return sources_take(command, &options->sources, key, value);
}

static int check_options(const struct command *command, struct trim_options *options)
{
	struct sources *sources = &options->sources;
	bool has_target = options->object.machine || options->object.like;

	if (!sources->object_count && !sources->kept_count)
		return command_usage_error(command, "no BPF object given%s",
					   sources_swallowed_hint(sources).text);
	kernel_paths_default(&sources->kernels);
	if (!options->output)
		return command_usage_error(command, "no file to write given (-o OUT)");
	options->kind = container_of_output(options->output);
	if (options->kind == CONTAINER_NONE)
		return command_usage_error(command,
					   "'%s' is no archive that can be written: end it "
					   "in .tar, .tar.gz, .tar.xz or .tar.zst",
					   options->output);
	if (options->kind == CONTAINER_FOLDER)
		return command_usage_error(command, "OUT is a file, and '%s' a folder",
					   options->output);
	if (options->object.machine && options->object.like)
		return command_usage_error(command, "either --machine or --like");
	if (options->kind == CONTAINER_OBJECT && !has_target)
		return command_usage_error(command, "an object file needs one of --machine and "
						    "--like");
	if (options->object.symbol && options->kind != CONTAINER_OBJECT)
		return command_usage_error(command, "--symbol is for an OUT that is an object file "
						    "(.o)");
	if (options->has_compression && !(options->kind & (CONTAINER_BUNDLE | CONTAINER_OBJECT)))
		return command_usage_error(command, "--compress is for an OUT that is a bundle or "
						    "an object file (.o)");
	if (options->base && (options->kind != CONTAINER_BTF || sources->kernels.count != 1 ||
			      !sources->kernels.paths[0].path))
		return command_usage_error(command, "--base is for one BTF in --kernels and an OUT "
						    "that ends in .btf");
	sources->with_btf |= options->kind == CONTAINER_BTF;
	return kernel_paths_check(command, &sources->kernels);
}

/* --- one BTF ---------------------------------------------------------------------------------- */

/* A single path that is not a folder is trimmed, whichever kernel it is for. */
static bool is_single_file(const struct sources *sources)
{
	struct stat status;

	return sources->kernels.count == 1 && sources->kernels.paths[0].path &&
	       !sources->select.count &&
	       (stat(sources->kernels.paths[0].path, &status) < 0 || !S_ISDIR(status.st_mode));
}

/* Whether the file may have kernels in it as its members. *@ret_large: it cannot be one packed BTF.
 */
static bool is_archive(const char *path, bool *ret_large)
{
	enum kernel_source_content content;
	struct stat status;

	*ret_large = false;
	if (kernel_source_look(path, &content, NULL) || stat(path, &status) < 0)
		return false;
	*ret_large = content == KERNEL_SOURCE_PACKAGE || content == KERNEL_SOURCE_PACK ||
		     status.st_size > ONE_BTF_SIZE_MAX;
	return content == KERNEL_SOURCE_PACKAGE || content == KERNEL_SOURCE_ARCHIVE ||
	       content == KERNEL_SOURCE_PACK;
}

/* The BTF of a module continues that of its kernel; module_join.h makes one BTF of the two. */
static int join_base(const struct trim_options *options, const char *kernel,
		     struct kernel_btf *full)
{
	_cleanup_(kernel_btf_close) struct kernel_btf base = {0};
	struct reason why = {""};
	_cleanup_(module_join_free) struct module_join join = {0};
	void *joined = NULL;
	size_t size = 0;
	int err = kernel_btf_open(options->base, NULL, NULL, &base, &why);

	if (err) {
		report_failure(options->base, "%s", why.text);
		return err;
	}
	err = module_join_start(&join, base.data, base.size, &why);
	if (!err)
		err = module_join_add(&join, full->data, full->size, NULL, 0, &why);
	if (!err)
		err = module_join_finish(&join, &joined, &size, &why);
	if (err) {
		report_failure(kernel, "%s (base: %s)", why.text, options->base);
		return err;
	}
	kernel_btf_close(full);
	*full = (struct kernel_btf){.data = joined, .size = size, .memory = joined};
	return 0;
}

static void note_trimmed(const struct trim_options *options, const struct trim_result *result,
			 const struct kernel_types *full)
{
	struct text_figure size = text_count(result->size), types = text_count(result->type_count);

	if (full->dwarf)
		report_note("%s: %s bytes, %s type%s, read from DWARF", options->output, size.text,
			    types.text, text_plural(result->type_count));
	else
		report_note("%s: %s of %s bytes, %s type%s", options->output, size.text,
			    text_count(full->btf.size).text, types.text,
			    text_plural(result->type_count));
}

/* The kernel's types, and those of its modules that it lacks. @release: "" when it is not known, or
 * no modules are to be read. */
static int open_types(struct kernel_reader *reader, struct kernel_modules *modules,
		      struct trimming *trimming, const char *kernel, const char *release,
		      struct kernel_types *full, struct type_source **ret_types, struct reason *why)
{
	const struct kernel_file file = {.path = (char *)kernel, .id = {.release = release}};
	struct module_notes notes = {0};
	int err = kernel_reader_open(reader, full, ret_types, why);

	if (!err)
		err = kernel_modules_add(modules, trimming->objects.requests, &trimming->kernels,
					 &file, full, ret_types, &notes, why);
	module_notes_report(&notes, &trimming->kernels, kernel);
	return err;
}

static int trim_types(const struct trim_options *options, struct trimming *trimming,
		      const char *kernel, const char *release, struct kernel_types *full)
{
	const struct object_input *objects = &trimming->objects;
	_cleanup_(cleanup_trimmer) struct trimmer *trimmer = trimmer_new(objects->requests);
	_cleanup_(kernel_reader_free) struct kernel_reader reader = {0};
	_cleanup_(kernel_modules_free) struct kernel_modules modules = {0};
	_cleanup_(matrix_free) struct matrix matrix = {0};
	struct type_source *types = NULL;
	struct trim_result result = {0};
	struct reason why = {""};
	int err;

	if (!trimmer) {
		report_failure(NULL, "out of memory");
		return -ENOMEM;
	}
	err = open_types(&reader, &modules, trimming, kernel, release, full, &types, &why);
	if (!err)
		err = trimming_trim(trimmer, objects->requests, types, &result, &why);
	if (err) {
		report_failure(kernel, "%s", why.text);
		return err;
	}
	err = output_save(options->output, result.btf, result.size);
	if (err)
		return err;
	if (engine_wants(run_events(), ENGINE_DETAIL) && !matrix_init(&matrix, objects->requests) &&
	    !matrix_add_kernel(&matrix, kernel, result.verdicts))
		unresolved_report(run_events(), &matrix, 0);
	note_trimmed(options, &result, full);
	return 0;
}

static int trim_full(const struct trim_options *options, struct trimming *trimming,
		     const char *kernel, const char *release, struct kernel_types *full)
{
	int err = object_input_check_order(&trimming->objects, kernel_types_are_big_endian(full),
					   kernel);

	if (!err && options->base)
		err = join_base(options, kernel, &full->btf);
	return err ? err : trim_types(options, trimming, kernel, release, full);
}

/* A BTF alone does not say its release; the running kernel's is known. */
static const char *release_of(const char *kernel, struct kernel_facts *facts)
{
	struct utsname host;

	if (!*facts->release && strcmp(kernel, RUNNING_KERNEL_BTF_PATH) == 0 && !uname(&host))
		snprintf(facts->release, sizeof(facts->release), "%s", host.release);
	return facts->release;
}

/* 1: nothing was done, since the file is an archive whose members have to be looked at. */
static int trim_file(const struct trim_options *options, struct trimming *trimming)
{
	_cleanup_(memory_budget_destroy) struct memory_budget budget;
	_cleanup_(kernel_types_close) struct kernel_types full = {0};
	enum kernel_types_kind wanted = options->base ? KERNEL_TYPES_BTF : KERNEL_TYPES_UNKNOWN;
	const char *kernel = options->sources.kernels.paths[0].path;
	bool is_large, has_members = is_archive(kernel, &is_large) && !options->base;
	struct kernel_facts facts = {.machine = ""};
	struct reason why = {""};
	int err;

	memory_budget_init(&budget, options->sources.memory);
	if (has_members && is_large)
		return 1;
	trimming->kernels.modules = options->sources.modules;
	err = kernel_types_open(kernel, wanted, &budget, &facts, &full, &why);
	if (!err)
		return trim_full(options, trimming, kernel,
				 options->base ? "" : release_of(kernel, &facts), &full);
	if (has_members && (err == -ENODATA || err == -EFBIG)) /* no BTF, but perhaps a kernel */
		return 1;
	report_failure(kernel, "%s", why.text);
	return err;
}

/* --- many ------------------------------------------------------------------------------------- */

static int open_bundle(const void *bundle, size_t size, struct corebtf **ret_corebtf)
{
	int err = corebtf_open_memory(bundle, size, ret_corebtf, NULL);

	if (err)
		report_failure(NULL, "out of memory");
	return err;
}

static int write_btf(const struct trim_options *options, const struct corebtf_summary *summary,
		     const void *bundle, size_t size)
{
	_cleanup_(cleanup_corebtf) struct corebtf *corebtf = NULL;
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	const void *btf;

	if (summary->blobs != 1) {
		report_failure(
			options->output,
			"nothing written: it holds one BTF, and %s kernels have %s different "
			"ones: take one of them with --select, or write a bundle or a tar",
			text_count(summary->entries).text, text_count(summary->blobs).text);
		return -EINVAL;
	}
	if (open_bundle(bundle, size, &corebtf))
		return -ENOMEM;
	if (corebtf_entry_at(corebtf, 0, &entry) ||
	    corebtf_entry_btf(corebtf, &entry, &btf, &size)) {
		report_failure(options->output, "nothing written: cannot read the BTF");
		return -EIO;
	}
	return output_save(options->output, btf, size);
}

/* The byte order of a bundle without a given machine: that of its BTFs, and little if they
 * differ, as for a converted tar. */
static int find_byte_order(const void *bundle, size_t size, bool *ret_big_endian)
{
	_cleanup_(cleanup_corebtf) struct corebtf *corebtf = NULL;
	int err = open_bundle(bundle, size, &corebtf);

	*ret_big_endian = !err && corebtf_entry_count(corebtf) > 0;
	for (size_t i = 0; !err && *ret_big_endian && i < corebtf_entry_count(corebtf); i++) {
		struct corebtf_entry entry = {.sz = sizeof(entry)};
		const void *btf = NULL;

		err = corebtf_entry_at(corebtf, i, &entry);
		if (!err)
			err = corebtf_entry_btf(corebtf, &entry, &btf, &size);
		*ret_big_endian = !err && *(const unsigned char *)btf == 0xeb;
	}
	return err;
}

static int layout_bundle(const struct trim_options *options, struct trimming *trimming,
			 void **ret_bundle, size_t *ret_size, struct corebtf_summary *ret_summary)
{
	struct bundle_layout_opts layout = {
		.big_endian = options->object.target.codec.big_endian,
		.compression = options->compression,
	};
	bool has_target = options->object.machine || options->object.like;
	struct reason why = {""};
	int err = trimming_layout(trimming, &layout, ret_bundle, ret_size, ret_summary, &why);

	if (!err && !has_target)
		err = find_byte_order(*ret_bundle, *ret_size, &layout.big_endian);
	if (!err && !has_target && layout.big_endian) {
		free(*ret_bundle);
		*ret_bundle = NULL;
		err = trimming_layout(trimming, &layout, ret_bundle, ret_size, ret_summary, &why);
	}
	if (err)
		report_failure(options->output, "%s", *why.text ? why.text : strerror(-err));
	return err;
}

static int write_bundle(const struct trim_options *options, const void *bundle, size_t size)
{
	struct tar_output tar = {.path = options->output, .origin = options->output};

	switch (options->kind) {
	case CONTAINER_TAR:
		archive_packing_from_name(options->output, &tar.opts.packing);
		return tar_output_write(&tar, bundle, size);
	case CONTAINER_OBJECT:
		return object_output_write(&options->object, options->output, options->output,
					   bundle, size);
	default:
		return output_save(options->output, bundle, size);
	}
}

static int write_output(const struct trim_options *options, struct trimming *trimming)
{
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	_cleanup_free_ void *bundle = NULL;
	size_t size = 0;
	int err = layout_bundle(options, trimming, &bundle, &size, &summary);

	if (!err)
		err = options->kind == CONTAINER_BTF ? write_btf(options, &summary, bundle, size)
						     : write_bundle(options, bundle, size);
	if (err)
		return err;
	kernel_notes_trimming(trimming);
	if (options->kind != CONTAINER_TAR)
		report_note(
			"%s: %s kernel%s, %s distinct BTF%s, %s", options->output,
			text_count(summary.entries).text, text_plural(summary.entries),
			text_count(summary.blobs).text, text_plural(summary.blobs),
			text_size(options->kind == CONTAINER_BTF ? summary.blob_bytes : size).text);
	if (options->kind != CONTAINER_BTF)
		kernel_notes_lookalikes_in(options->output, bundle, size,
					   options->kind == CONTAINER_TAR);
	kernel_notes_failures(&trimming->kernels);
	return 0;
}

static int trim_kernels(struct trim_options *options, struct trimming *trimming)
{
	struct kernel_input *kernels = &trimming->kernels;

	if (options->object.machine || options->object.like) {
		const struct object_output *object = &options->object;

		if (object_output_find_target(&options->object) ||
		    object_input_check_order(&trimming->objects, object->target.codec.big_endian,
					     object->like ? object->like : object->machine))
			return -EINVAL;
	}
	sources_find_kernels(&options->sources, kernels);
	if (!options->all_machines && (options->object.machine || options->object.like))
		kernel_input_keep_machine(kernels, object_output_machine(&options->object));
	if (kernel_input_is_empty(kernels)) {
		kernel_notes_explain(kernels, 0, options->output, "nothing written: ");
		return -ENOENT;
	}
	if (sources_check_output(&options->sources, kernels, options->output) ||
	    sources_trim(&options->sources, trimming, options->output))
		return -EINVAL;
	if (!options->object.machine && !options->object.like &&
	    object_input_check_orders(&trimming->objects, trimming->has_order))
		return -EINVAL;
	return write_output(options, trimming);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct trim_options options = {0};
	_cleanup_(trimming_free) struct trimming trimming = {0};
	int status;

	if (sources_init(&options.sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &options);
	if (status == COMMAND_GO)
		status = check_options(command, &options);
	if (status != COMMAND_GO)
		return status;
	if (trimming_init(&trimming, run_events()) ||
	    OUTPUT_CHECK(options.output, options.base, options.object.like) ||
	    sources_check_output(&options.sources, &trimming.kernels, options.output) ||
	    sources_read_objects(&options.sources, &trimming.objects))
		return STATUS_FAILED;
	if (options.kind == CONTAINER_BTF && is_single_file(&options.sources)) {
		int left = trim_file(&options, &trimming);

		if (!left)
			kernel_notes_failures(&trimming.kernels);
		if (left <= 0)
			return left || trimming.kernels.failures ? STATUS_FAILED : STATUS_DONE;
	}
	return trim_kernels(&options, &trimming) || trimming.kernels.failures ? STATUS_FAILED
									      : STATUS_DONE;
}

static const struct command_option options_of_trim[] = {
	{'o', "output", "OUT", "the file to write; needed"},
	{SOURCES_KERNELS, "kernels", "[PATH...]",
	 "kernel BTFs, in all forms that embed takes; all words\n"
	 "up to the next option, and -- ends them; the default\n"
	 "is embed's"},
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
	 "embed; a .btf is made for any kernel"},
	{OPTION_BASE, "base", "BTF",
	 "PATH is the split BTF of a module, and BTF that of its\n"
	 "kernel"},
	{'m', "machine", "M",
	 "the program's machine: take only kernels that it can\n"
	 "run on; an object file needs -m or --like"},
	{OPTION_LIKE, "like", "FILE",
	 "instead of -m: take machine and flags from the ELF file\n"
	 "FILE"},
	{OPTION_ALL_MACHINES, "all-machines", NULL,
	 "take also kernels that the program cannot run on"},
	{OPTION_SYMBOL, "symbol", "NAME",
	 "in an object file, define the symbols NAME and NAME_end\n"
	 "around the bundle"},
	{OPTION_COMPRESS, "compress", "none|xz", "how BTFs are stored (default: none)"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MODULES, "modules", "auto|none|NAME,...", MODULES_OPTION_HELP},
	{SOURCES_MEMORY, "memory", "LIMIT", "for unpacked BTFs, as for embed"},
	{0},
};

const struct command command_trim = {
	.name = "trim",
	.usage = "OBJ... [--kernels [PATH...]] -o OUT [OPTION...]",
	.purpose = "trim kernel BTFs for BPF objects and write them to a file",
	.details = "The name of OUT says what is written:\n"
		   "  .btf                           one BTF, for libbpf's btf_custom_path\n"
		   "  .tar .tar.gz .tar.xz .tar.zst  a tar, as bpf-compatible has it\n"
		   "  .o                             an object file to link into a program\n"
		   "  any other name                 a bundle, for 'corebtf embed --bundle'\n"
		   "For a .btf, --kernels names one file, of any kernel, or the kernels found must "
		   "all\n"
		   "give the same BTF.",
	.examples =
		"  corebtf trim probe.bpf.o --kernels 5.10.0-30-amd64.btf.tar.xz -o small.btf\n"
		"  corebtf trim probe.bpf.o --kernels btfhub-archive -o kernels.bundle\n"
		"  corebtf trim probe.bpf.o other.bpf.o --kernels kernels -o kernels.o -m x86_64\n"
		"  corebtf trim probe.bpf.o --kernels kernels -o min_core_btfs.tar.gz",
	.statuses = "0 done; 1 failed, or some kernel BTFs could not be used",
	.options = options_of_trim,
	.run = run,
};
