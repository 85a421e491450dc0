/* SPDX-License-Identifier: MIT */
/*
 * corebtf lookup: which BTF the runtime would choose for a kernel, and why. The runtime's own
 * code chooses, so the log here is the log there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <corebtf.h>

#include "embedder/engine/bundle_input.h"
#include "embedder/cli/command.h"
#include "embedder/cli/field_print.h"
#include "embedder/cli/kernel_paths.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/pack_output.h"
#include "embedder/cli/run_events.h"
#include "embedder/engine/full_bundle.h"
#include "embedder/util/memory_budget.h"
#include "embedder/util/interrupt.h"
#include "embedder/cli/report.h"
#include "embedder/util/text.h"
#include "embedder/elf/executable.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/output_file.h"
#include "runtime/util/file_bytes.h"
#include "runtime/btf_id.h"
#include "runtime/bundle/format.h"
#include "runtime/kernel/host.h"
#include "runtime/kernel/machine.h"

enum {
	OPTION_RELEASE = 256,
	OPTION_MACHINE,
	OPTION_UNAME_VERSION,
	OPTION_BUILD_ID,
	OPTION_OS,
	OPTION_OS_VERSION,
	OPTION_HOST_ROOT,
	OPTION_NEAREST,
	OPTION_FIRST,
	OPTION_OBJECT,
	OPTION_FIELD,
	OPTION_KERNELS,
	OPTION_AS,
};

#define MAX_BUILD_ID_SIZE 64
#define MAX_OBJECT_SIZE	  (256u << 20)
#define MAX_BTF_SIZE	  COREBTF_MAX_BLOB_SIZE

struct lookup_options {
	const char *file, *output, *object;
	struct kernel_paths kernels; /* in place of a file, or the file if that is a pack */
	const char **fields;	     /* of --field */
	size_t field_count;
	struct corebtf_kernel_opts kernel;
	struct utsname host; /* @kernel may point into it */
	uint8_t build_id[MAX_BUILD_ID_SIZE];
};

static void cleanup_options(struct lookup_options *options)
{
	free(options->fields);
	kernel_paths_free(&options->kernels);
}

static void cleanup_corebtf(struct corebtf **corebtf)
{
	corebtf_close(*corebtf); /* NULL is fine */
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int take_build_id(const struct command *command, struct lookup_options *options,
			 const char *value)
{
	size_t length = strlen(value);

	if (!length || length % 2 || length > 2 * sizeof(options->build_id))
		return command_usage_error(command,
					   "'%s' is no build-id: 2 to %zu digits, two for each "
					   "byte",
					   value, 2 * sizeof(options->build_id));
	for (size_t i = 0; i < length; i++) {
		int digit = hex_digit(value[i]);

		if (digit < 0)
			return command_usage_error(
				command, "'%s' is no build-id: '%c' is no hexadecimal digit", value,
				value[i]);
		options->build_id[i / 2] = (uint8_t)(options->build_id[i / 2] << 4 | digit);
	}
	options->kernel.build_id = options->build_id;
	options->kernel.build_id_size = length / 2;
	return COMMAND_GO;
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct lookup_options *options = context;
	const struct {
		int key;
		const char **place;
	} names[] = {
		{OPTION_RELEASE, &options->kernel.release},
		{OPTION_MACHINE, &options->kernel.machine},
		{OPTION_UNAME_VERSION, &options->kernel.uname_version},
		{OPTION_OS, &options->kernel.os_id},
		{OPTION_OS_VERSION, &options->kernel.version_id},
		{OPTION_HOST_ROOT, &options->kernel.host_root},
		{OPTION_OBJECT, &options->object},
		{'o', &options->output},
	};

	if (key == COMMAND_OPERAND && options->file)
		return command_usage_error(command, "one FILE at a time; '%s' is too many", value);
	if (key == COMMAND_OPERAND)
		options->file = value;
	if (key == OPTION_KERNELS)
		kernel_paths_add(&options->kernels, value);
	if (key == OPTION_AS)
		return kernel_paths_take_as(command, value, &options->kernels);
	if (key == OPTION_FIELD)
		options->fields[options->field_count++] = value;
	if (key == OPTION_NEAREST)
		options->kernel.nearest = COREBTF_NEAREST_SURROUNDED;
	if (key == OPTION_FIRST)
		options->kernel.ambiguous = COREBTF_AMBIGUOUS_FIRST;
	if (key == OPTION_BUILD_ID)
		return take_build_id(command, options, value);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].key != key)
			continue;
		if (!*value && key != 'o')
			return command_usage_error(command,
						   key == OPTION_HOST_ROOT || key == OPTION_OBJECT
							   ? "an empty name is no path"
							   : "an empty name is no kernel's");
		*names[i].place = value;
	}
	return COMMAND_GO;
}

/*
 * The log is part of the output, except with --quiet. Its last line is kept until it is known
 * whether the lookup succeeded or the line says what failed.
 */
struct lookup_log {
	struct reason last;
};

static void print_last_line(struct lookup_log *log)
{
	_cleanup_free_ char *printable = text_printable(log->last.text);

	if (printable && *printable && report_level() > REPORT_QUIET)
		printf("%s\n", printable);
	log->last.text[0] = '\0';
}

static void print_line(void *context, const char *line)
{
	struct lookup_log *log = context;

	print_last_line(log);
	bundle_input_keep_line(&log->last, line);
}

static void print_answer(const struct corebtf_entry *entry)
{
	_cleanup_free_ char *text = NULL, *printable = NULL;

	if (report_level() == REPORT_QUIET)
		return;
	if (asprintf(&text, "BTF %" PRIu32 " of %s bytes, from %s%s%s %s %s%s%s",
		     btf_id_blob(entry->btf_id), text_count(entry->btf_size).text, entry->os_id,
		     *entry->os_id ? " " : "", entry->version_id, entry->machine, entry->release,
		     entry->match == COREBTF_MATCH_NEAREST ? "; not this kernel's, a neighbour's"
							   : "",
		     entry->ambiguous ? "; others with other bytes fit as well" : "") < 0)
		text = NULL;
	if (text)
		printable = text_printable(text);
	if (printable)
		printf("%s\n", printable);
}

/* For another kernel than this one and without --machine: @file would run there, so the machine
 * is that of the executable. */
static const char *default_machine(const char *file, struct utsname *host)
{
	struct executable_info info = {0};
	const char *machine = "";

	if (executable_inspect(file, &info, NULL) == 0)
		machine = machine_from_elf(info.machine, info.is_64bit, info.big_endian);
	if (!*machine && uname(host) == 0)
		machine = host->machine;
	return machine;
}

/* What the options do not say. */
static void complete_kernel(struct lookup_options *options)
{
	options->kernel.sz = sizeof(options->kernel);
	if (options->kernel.release && !options->kernel.machine)
		options->kernel.machine = default_machine(options->file, &options->host);
}

static int find(struct lookup_options *options, struct corebtf *corebtf,
		struct corebtf_entry *ret_entry)
{
	complete_kernel(options);
	return corebtf_find_entry(corebtf, &options->kernel, ret_entry);
}

/* For the running kernel: a program searches other sources before this file. */
static void print_own_btf(const struct lookup_options *options)
{
	const struct host here = {.root = NULL};

	if (!options->kernel.release && report_level() > REPORT_QUIET && host_has_btf(&here))
		printf("the running kernel has BTF of its own, which a program takes before this "
		       "one\n");
}

/* Is @object's build the one that FILE was made for? */
static int check_object(const char *object, struct corebtf *corebtf, struct lookup_log *log)
{
	_cleanup_free_ void *image = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err = input_file_read(object, MAX_OBJECT_SIZE, &image, &size, &why);

	if (err) {
		report_failure(object, "%s", why.text);
		return err;
	}
	err = corebtf_check_object(corebtf, image, size);
	if (err)
		report_failure(object, "%s", bundle_input_words(&log->last, object, err));
	else
		print_last_line(log);
	return err;
}

/* What was asked for besides which BTF it is. Returns a status. */
static int use_btf(const struct lookup_options *options, const void *btf, size_t size)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	_cleanup_free_ void *copy = NULL;
	const char *output = options->output;
	struct reason why = {""};

	if (options->field_count) {
		copy = malloc(size); /* aligned, as it need not be in a section */
		if (!copy) {
			report_failure(options->file, "out of memory");
			return STATUS_FAILED;
		}
		memcpy(copy, btf, size);
		if (field_print(options->file, copy, size, options->fields, options->field_count))
			return STATUS_FAILED;
	}
	if (!output)
		return STATUS_DONE;
	hold = interrupt_hold(output);
	if (!output_file_save(output, NULL, btf, size, &why))
		return STATUS_DONE;
	report_failure(output, "%s", why.text);
	return STATUS_FAILED;
}

static void print_answer_of_folder(const struct corebtf_origin *origin, size_t size)
{
	_cleanup_free_ char *text = NULL, *printable = NULL;

	if (report_level() == REPORT_QUIET)
		return;
	if (asprintf(&text, "BTF of %s bytes, from %s %s %s %s: %s%s", text_count(size).text,
		     origin->os_id, origin->version_id, origin->machine, origin->release,
		     origin->file,
		     origin->ambiguous ? "; others with other bytes fit as well" : "") < 0)
		text = NULL;
	if (text)
		printable = text_printable(text);
	if (printable)
		printf("%s\n", printable);
}

static void cleanup_path(char **path)
{
	corebtf_path_free(*path);
}

/* A folder has no bundle to open: the runtime reads its names and returns the path of one file. */
static int lookup_in_folder(struct lookup_options *options, struct lookup_log *log,
			    const struct corebtf_open_opts *opts)
{
	struct corebtf_origin origin = {.sz = sizeof(origin)};
	_cleanup_(cleanup_path) char *path = NULL;
	_cleanup_free_ void *btf = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err;

	complete_kernel(options);
	err = corebtf_path_in_folder(options->file, &options->kernel, &path, &origin, opts);
	if (err) {
		report_failure(options->file, "%s",
			       bundle_input_words(&log->last, options->file, err));
		return STATUS_FAILED;
	}
	print_last_line(log);
	if (input_file_read(path, MAX_BTF_SIZE, &btf, &size, &why)) {
		report_failure(origin.file, "%s", why.text);
		return STATUS_FAILED;
	}
	print_answer_of_folder(&origin, size);
	print_own_btf(options);
	if (options->object) {
		report_failure(options->file, "a folder does not say which BPF objects its BTFs "
					      "were made for");
		return STATUS_FAILED;
	}
	return use_btf(options, btf, size);
}

/* A bundle of the full BTFs that may be chosen. The log says only how, since nobody has that
 * bundle. Returns a status. */
static int open_kernels(struct lookup_options *options, struct lookup_log *log, void **ret_bundle,
			struct corebtf **ret_corebtf)
{
	const struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = print_line, .log_context = log};
	const char *release = options->kernel.release, *machine;
	struct kernel_input kernels;
	struct reason why = {""};
	size_t size = 0;
	int err = uname(&options->host) < 0 ? -errno : 0;

	complete_kernel(options);
	machine = machine_canonical(options->kernel.machine ? options->kernel.machine
							    : options->host.machine);
	kernel_input_init(&kernels, run_events());
	kernel_paths_find(&options->kernels, &kernels);
	kernel_list_sort(&kernels.list);
	if (err)
		reason_errno(&why, err, "cannot read the running kernel's release");
	else
		err = full_bundle_make(&kernels, release ? release : options->host.release, machine,
				       memory_budget_default(), ret_bundle, &size, &why);
	if (!err && kernels.failures)
		err = reason_set(&why, -EIO, "what could not be read may be the right one");
	kernel_input_free(&kernels);
	if (!err)
		err = corebtf_open_memory(*ret_bundle, size, ret_corebtf, &opts);
	if (!err)
		log->last.text[0] = '\0';
	else
		report_failure(options->file, "%s",
			       *why.text ? why.text : bundle_input_words(&log->last, "it", err));
	return err ? STATUS_FAILED : STATUS_DONE;
}

static int check_kernels(const struct command *command, struct lookup_options *options)
{
	if (options->file && options->kernels.count)
		return command_usage_error(command, "either FILE or --kernels PATH");
	if (options->file && pack_output_is_pack(options->file))
		kernel_paths_add(&options->kernels, options->file);
	if (!options->file && !options->kernels.count)
		return command_usage_error(command, "no FILE given");
	if (!options->file)
		options->file = "--kernels";
	if (options->kernels.count && (options->object || options->kernel.nearest))
		return command_usage_error(command, "--object and --nearest are for trimmed BTFs; "
						    "these are full ones");
	return kernel_paths_check(command, &options->kernels);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_free_ void *bundle = NULL;
	_cleanup_(cleanup_corebtf) struct corebtf *corebtf = NULL;
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	_cleanup_(cleanup_options) struct lookup_options options = {0};
	struct lookup_log log = {0};
	const void *btf = NULL;
	size_t size = 0;
	struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = print_line, .log_context = &log};
	int status, err;

	options.fields = calloc((size_t)argc + 1, sizeof(*options.fields));
	if (!options.fields || kernel_paths_init(&options.kernels, argc)) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	status = command_parse(command, argc, argv, take, &options);
	if (status == COMMAND_GO)
		status = check_kernels(command, &options);
	if (status != COMMAND_GO)
		return status;
	if (OUTPUT_CHECK(options.output, options.file, options.object))
		return STATUS_FAILED;
	for (size_t i = 0; i < options.kernels.count; i++)
		if (OUTPUT_CHECK(options.output, options.kernels.paths[i].path))
			return STATUS_FAILED;
	if (options.kernel.release && options.kernel.host_root)
		return command_usage_error(command,
					   "--host-root is about the running kernel's host: "
					   "not with --release");
	if (!options.kernels.count && file_bytes_is_folder(options.file))
		return lookup_in_folder(&options, &log, &opts);

	if (options.kernels.count && open_kernels(&options, &log, &bundle, &corebtf))
		return STATUS_FAILED;
	err = corebtf ? 0 : corebtf_open_file(options.file, &corebtf, &opts);
	if (!err)
		err = find(&options, corebtf, &entry);
	/* A program would read its bytes next: if they cannot be read, the lookup fails. */
	if (!err)
		err = corebtf_entry_btf(corebtf, &entry, &btf, &size);
	if (err) {
		report_failure(options.file, "%s",
			       bundle_input_words(&log.last, options.file, err));
		return STATUS_FAILED;
	}
	print_last_line(&log);
	print_answer(&entry);
	print_own_btf(&options);
	if (options.object && check_object(options.object, corebtf, &log))
		return STATUS_FAILED;
	return use_btf(&options, btf, size);
}

static const struct command_option options_of_lookup[] = {
	{OPTION_KERNELS, "kernels", "[PATH...]",
	 "instead of FILE: choose among the full BTFs of kernels,\n"
	 "in all forms that embed takes; the default PATH is\n"
	 "embed's"},
	{OPTION_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, as for embed"},
	{OPTION_RELEASE, "release", "RELEASE",
	 "the kernel's release, as uname -r prints it (default:\n"
	 "the running kernel, with all that is known of it)"},
	{OPTION_MACHINE, "machine", "MACHINE",
	 "its machine, as uname -m prints it (default: the\n"
	 "executable's; of a bundle file: this machine's)"},
	{OPTION_UNAME_VERSION, "uname-version", "TEXT", "what uname -v prints there"},
	{OPTION_BUILD_ID, "build-id", "HEX", "the kernel's GNU build-id"},
	{OPTION_OS, "os", "ID", "the host's distribution, os-release's ID"},
	{OPTION_OS_VERSION, "os-version", "VERSION", "its VERSION_ID, or a codename"},
	{OPTION_HOST_ROOT, "host-root", "PATH",
	 "where the host's / is mounted, in a container; only\n"
	 "for the running kernel"},
	{OPTION_NEAREST, "nearest", NULL,
	 "without an entry, take a neighbour's if all known\n"
	 "kernels around it have the same BTF"},
	{OPTION_FIRST, "first", NULL,
	 "if several different BTFs fit, take the first, as a\n"
	 "program may ask for"},
	{OPTION_OBJECT, "object", "OBJ",
	 "check that FILE was made for this build of a BPF\n"
	 "object"},
	{OPTION_FIELD, "field", "NAME",
	 "print offset, size and type of a field of that kernel,\n"
	 "as 'task_struct.mm' or 'union u.x', or the value of\n"
	 "'enum e.A'; may be repeated"},
	{'o', "output", "OUT", "write the BTF to OUT"},
	{0},
};

const struct command command_lookup = {
	.name = "lookup",
	.usage = "{FILE | --kernels [PATH...]} [--release RELEASE] [--machine MACHINE] [-o OUT] "
		 "[OPTION...]",
	.purpose = "show which BTF a program would choose for a kernel, and why",
	.details =
		"FILE is an executable, a bundle file, a tar of BTFs, a folder in BTFHub's layout, "
		"or\na pack of full BTFs.",
	.examples =
		"  corebtf lookup execsnoop\n"
		"  corebtf lookup execsnoop --release 5.10.0-30-amd64 -o small.btf\n"
		"  corebtf lookup execsnoop --release 5.10.0-30-amd64 --os debian --os-version 11\n"
		"  corebtf lookup kernels.bundle --release 5.10.0-30-arm64 --machine aarch64\n"
		"  corebtf lookup min_core_btfs.tar.gz --release 5.10.0-30-amd64\n"
		"  corebtf lookup debian.pack --release 5.10.0-30-amd64 -o full.btf\n"
		"  corebtf lookup min_core_btfs --release 5.10.0-30-amd64 -o small.btf",
	.statuses = "0 found; 1 none or several fit, OBJ is another build, or it failed",
	.options = options_of_lookup,
	.run = run,
};
