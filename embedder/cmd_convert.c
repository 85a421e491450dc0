/* SPDX-License-Identifier: MIT */
/*
 * corebtf convert: an executable, a bundle, a tar or a folder of trimmed BTFs in; a bundle, a
 * tar, a folder or an object file for the linker out.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/cli/command.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/object_output.h"
#include "embedder/cli/output.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/pack_output.h"
#include "embedder/cli/package_output.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/select_option.h"
#include "embedder/cli/tar_output.h"
#include "embedder/engine/container.h"
#include "embedder/engine/memory_file.h"
#include "embedder/engine/unpacking.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"
#include "runtime/kernel/machine.h"

enum {
	OPTION_LAYOUT = 256,
	OPTION_MACHINE_NAMES,
	OPTION_JSON,
	OPTION_JSON_TO,
	OPTION_COMPRESS,
	OPTION_BYTE_ORDER,
	OPTION_LIKE,
	OPTION_SYMBOL,
	OPTION_RESERVE,
	OPTION_SELECT,
};

#define OUT_TREE (CONTAINER_TAR | CONTAINER_FOLDER)
#define OUT_FILE (CONTAINER_BUNDLE | CONTAINER_OBJECT)

struct convert_options {
	const char *in, *out, *json_to;
	bool reserve;
	struct kernel_select select;   /* of an IN that is a pack */
	struct tar_output tar;	       /* of an OUT that is a tar or a folder */
	struct tar_import_opts import; /* of the bundle */
	struct object_output object;
	struct needed_output {
		const char *option;
		unsigned int kinds;
	} needed[9]; /* options that were given and hold for some kinds of OUT alone */
	size_t needed_count;
};

static const struct value_option {
	int key;
	const char *option;
	unsigned int kinds; /* of OUT */
	const char *values[2];
} value_options[] = {
	{OPTION_LAYOUT, "--layout", OUT_TREE, {"bpf-compatible", "bcc"}},
	{OPTION_MACHINE_NAMES, "--machine-names", OUT_TREE, {"btfhub", "uname"}},
	{OPTION_JSON, "--json", OUT_TREE, {NULL, NULL}},
	{OPTION_COMPRESS, "--compress", OUT_FILE, {"none", "xz"}},
	{OPTION_BYTE_ORDER, "--byte-order", CONTAINER_BUNDLE, {"little", "big"}},
	{OPTION_LIKE, "--like", CONTAINER_OBJECT, {NULL, NULL}},
	{OPTION_SYMBOL, "--symbol", CONTAINER_OBJECT, {NULL, NULL}},
	{OPTION_RESERVE, "--reserve", CONTAINER_OBJECT, {NULL, NULL}},
};

static int take_path(const struct command *command, struct convert_options *options,
		     const char *value)
{
	if (!options->in)
		options->in = value;
	else if (!options->out)
		options->out = value;
	else
		return command_usage_error(command, "one IN and one OUT; '%s' is too many", value);
	return COMMAND_GO;
}

/* @second: whether the value is the second one of its two. */
static void set_option(struct convert_options *options, int key, const char *value, bool second)
{
	switch (key) {
	case OPTION_LAYOUT:
		options->tar.opts.layout = second ? TAR_LAYOUT_BCC : TAR_LAYOUT_BPF_COMPATIBLE;
		break;
	case OPTION_MACHINE_NAMES:
		options->tar.opts.uname_machines = second;
		break;
	case OPTION_JSON:
		options->tar.json = value;
		break;
	case OPTION_COMPRESS:
		options->import.has_compression = true;
		options->import.compression =
			second ? BUNDLE_COMPRESSION_XZ : BUNDLE_COMPRESSION_NONE;
		break;
	case OPTION_BYTE_ORDER:
		options->import.has_byte_order = true;
		options->import.big_endian = second;
		break;
	case OPTION_LIKE:
		options->object.like = value;
		break;
	case OPTION_SYMBOL:
		options->object.symbol = value;
		break;
	case OPTION_RESERVE:
		options->reserve = true;
		break;
	}
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct convert_options *options = context;

	switch (key) {
	case COMMAND_OPERAND:
		return take_path(command, options, value);
	case 'o':
		options->tar.path = value;
		return COMMAND_GO;
	case 'm':
		options->object.machine = value;
		return COMMAND_GO;
	case OPTION_JSON_TO:
		options->json_to = value;
		return COMMAND_GO;
	case OPTION_SELECT:
		return select_option_take(command, value, &options->select);
	}
	for (size_t i = 0; i < sizeof(value_options) / sizeof(value_options[0]); i++) {
		const struct value_option *option = &value_options[i];
		const char *first = option->values[0];
		bool second;

		if (option->key != key)
			continue;
		second = first && strcmp(value, option->values[1]) == 0;
		if (first && !second && strcmp(value, first) != 0)
			return command_usage_error(command, "%s is %s or %s, not '%s'",
						   option->option, first, option->values[1], value);
		set_option(options, key, value, second);
		for (size_t k = 0; k < options->needed_count; k++) {
			if (options->needed[k].option == option->option)
				return COMMAND_GO;
		}
		options->needed[options->needed_count++] =
			(struct needed_output){option->option, option->kinds};
		return COMMAND_GO;
	}
	return STATUS_USAGE; /* every option is named above */
}

static const char *kinds_words(unsigned int kinds)
{
	switch (kinds) {
	case OUT_TREE:
		return "a tar or a folder";
	case OUT_FILE:
		return "a bundle or an object file";
	case CONTAINER_OBJECT:
		return "an object file (.o)";
	default:
		return "a bundle";
	}
}

/* -o OUT is the same as OUT. */
static int find_output(const struct command *command, struct convert_options *options)
{
	const char *named = options->tar.path;

	if (named && options->out)
		return command_usage_error(command, "OUT is given twice: '%s' and '%s'",
					   options->out, named);
	if (options->reserve && options->in && !options->out && !named) {
		options->out = options->in;
		options->in = NULL;
	}
	if (named)
		options->out = named;
	if (!options->in == !options->reserve)
		return command_usage_error(command,
					   options->in ? "--reserve takes no IN" : "no IN given");
	if (!options->out || !*options->out)
		return command_usage_error(command, "no OUT given");
	options->tar.path = options->out;
	return COMMAND_GO;
}

static int check_options(const struct command *command, struct convert_options *options,
			 enum container out)
{
	const char *machine = options->object.machine;

	if (out == CONTAINER_NONE)
		return command_usage_error(command,
					   "'%s' is no archive that can be written: end it "
					   "in .tar, .tar.gz, .tar.xz or .tar.zst",
					   options->out);
	if (out == CONTAINER_BTF)
		return command_usage_error(command,
					   "a .btf file holds one BTF: 'corebtf lookup IN "
					   "--release RELEASE -o %s' writes that of one kernel",
					   options->out);
	for (size_t i = 0; i < options->needed_count; i++) {
		if (!(options->needed[i].kinds & out))
			return command_usage_error(command, "%s is for an OUT that is %s",
						   options->needed[i].option,
						   kinds_words(options->needed[i].kinds));
	}
	if (out == CONTAINER_OBJECT && !machine == !options->object.like)
		return command_usage_error(command, "an object file needs one of --machine and "
						    "--like");
	if (options->reserve && options->object.symbol)
		return command_usage_error(command, "--symbol is for an object file with BTFs");
	if (!machine || out == CONTAINER_OBJECT)
		return COMMAND_GO;
	options->import.machine = machine_canonical(machine);
	if (!machine_is_known(machine))
		return command_usage_error(
			command, "--machine: '%s' is no machine that is known here", machine);
	return COMMAND_GO;
}

static int report_unpacked(const struct convert_options *options,
			   const struct unpack_counts *counts, int err)
{
	if (!err && !counts->btfs && !counts->others && !counts->failures) {
		report_failure(options->in, "holds no BTF and no " TAR_EXPORT_PACKAGE_NAME);
		return STATUS_FAILED;
	}
	if (!err || counts->btfs || counts->others)
		report_note("%s: %s BTF%s and %s file%s beside them written below %s; %s left "
			    "out%s",
			    options->in, text_count(counts->btfs).text, text_plural(counts->btfs),
			    text_count(counts->others).text, text_plural(counts->others),
			    options->out, text_count(counts->left_out + counts->failures).text,
			    err ? ", and it was not read to its end" : "");
	return err || counts->failures ? STATUS_FAILED : STATUS_DONE;
}

/* A tar's own members: also BTFs that are packed, and in the layout that it has. */
static int unpack(const struct convert_options *options, const char *archive)
{
	struct unpack_counts counts = {0};
	int err = unpacking_run(archive, options->in, options->out, run_events(), &counts);

	return report_unpacked(options, &counts, err);
}

static int write_folder(struct convert_options *options, const struct container_contents *contents)
{
	_cleanup_(memory_file_close) struct memory_file file = {.fd = -1};
	_cleanup_free_ void *tar = NULL;
	struct reason why = {""};
	size_t size = 0;
	int left_out =
		tar_output_make(&options->tar, contents->bundle, contents->size, &tar, &size);

	if (left_out < 0)
		return STATUS_FAILED;
	if (memory_file_open(tar, size, &file, &why)) {
		report_failure(options->in, "%s", why.text);
		return STATUS_FAILED;
	}
	return unpack(options, file.path) || left_out ? STATUS_FAILED : STATUS_DONE;
}

static int write_output(struct convert_options *options, enum container out,
			const struct container_contents *contents)
{
	const char *place = out == CONTAINER_OBJECT ? " in section .corebtf" : "";

	if (out == CONTAINER_TAR)
		return tar_output_write(&options->tar, contents->bundle, contents->size)
			       ? STATUS_FAILED
			       : STATUS_DONE;
	if (out == CONTAINER_FOLDER)
		return write_folder(options, contents);
	if (out == CONTAINER_OBJECT
		    ? object_output_write(&options->object, options->out, options->in,
					  contents->bundle, contents->size)
		    : output_save(options->out, contents->bundle, contents->size))
		return STATUS_FAILED;
	report_note("%s: %s kernel%s, %s distinct BTF%s, %s%s", options->out,
		    text_count(contents->summary.entries).text,
		    text_plural(contents->summary.entries),
		    text_count(contents->summary.blobs).text, text_plural(contents->summary.blobs),
		    text_size(contents->size).text, place);
	kernel_notes_lookalikes_in(options->out, contents->bundle, contents->size, false);
	if (!contents->has_objects)
		report_detail("%s: it does not say which BPF objects the BTFs were trimmed for, so "
			      "a program cannot ask whether its own is one of them",
			      options->in);
	return STATUS_DONE;
}

/* The small file first: if the disk is full or the folder missing, nothing has changed yet. */
static int convert_contents(struct convert_options *options, enum container out,
			    struct container_contents *contents)
{
	const void *json = contents->package_json;
	int status;

	if (options->json_to && json &&
	    output_save(options->json_to, json, contents->package_json_size))
		return STATUS_FAILED;
	if (!options->tar.opts.package_json) {
		options->tar.opts.package_json = json;
		options->tar.opts.package_json_size = contents->package_json_size;
	}
	status = write_output(options, out, contents);
	if (options->json_to && !json) {
		report_failure(options->in,
			       "there is no " TAR_EXPORT_PACKAGE_NAME " in it for --json-to");
		return STATUS_FAILED;
	}
	if (status == STATUS_DONE && json && !options->json_to && (out & OUT_FILE))
		report_note("%s: its " TAR_EXPORT_PACKAGE_NAME
			    " is not kept (--json-to FILE keeps it)",
			    options->in);
	return contents->skipped ? STATUS_FAILED : status;
}

static int convert(struct convert_options *options, enum container out)
{
	_cleanup_(container_contents_free) struct container_contents contents = {0};
	_cleanup_free_ void *json = NULL;
	struct reason why = {""};

	if (out == CONTAINER_OBJECT) {
		if (object_output_find_target(&options->object))
			return STATUS_FAILED;
		options->import.has_byte_order = true;
		options->import.big_endian = options->object.target.codec.big_endian;
	}
	if (options->reserve) {
		if (object_output_write(&options->object, options->out, options->out, NULL, 0))
			return STATUS_FAILED;
		report_note("%s: reserves a segment when linked with corebtf.ld", options->out);
		return STATUS_DONE;
	}
	options->tar.origin = options->in;
	if (tar_output_read_json(&options->tar, &json))
		return STATUS_FAILED;
	if (container_read(options->in, &options->import, run_events(), &contents, &why)) {
		report_failure(options->in, "%s", why.text);
		return STATUS_FAILED;
	}
	return convert_contents(options, out, &contents);
}

/* A pack has full BTFs, so only what full BTFs are kept in can be written. */
static int convert_pack(const struct command *command, struct convert_options *options,
			enum container out)
{
	bool is_packed = options->import.compression == BUNDLE_COMPRESSION_XZ;

	for (size_t i = 0; i < options->needed_count; i++)
		if (strcmp(options->needed[i].option, "--compress") != 0)
			return command_usage_error(command, "%s is not for an IN that is a pack",
						   options->needed[i].option);
	if (options->json_to || options->object.machine || options->reserve)
		return command_usage_error(command,
					   "--json-to, --machine and --reserve are not for "
					   "an IN that is a pack");
	if (OUTPUT_CHECK(options->out, options->in))
		return STATUS_FAILED;
	if (out == CONTAINER_BTF)
		return pack_output_btf(options->in, options->out, &options->select);
	if (out == CONTAINER_FOLDER)
		return pack_output_folder(options->in, options->out, &options->select, is_packed);
	return command_usage_error(command,
				   "a pack has full BTFs: OUT is a folder (FOLDER/), or with "
				   "--select one BTF (FILE.btf); to trim them see 'corebtf help "
				   "embed'");
}

/* For messages. */
static char *without_slashes(const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	return strndup(path, length);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_free_ char *folder = NULL;
	struct convert_options options = {0};
	enum container out;
	int status = command_parse(command, argc, argv, take, &options);

	if (status == COMMAND_GO)
		status = find_output(command, &options);
	if (status != COMMAND_GO)
		return status;
	out = container_of_output(options.out);
	if (out == CONTAINER_TAR)
		archive_packing_from_name(options.out, &options.tar.opts.packing);
	if (options.in && pack_output_is_pack(options.in)) {
		status = convert_pack(command, &options, out);
		kernel_select_clear(&options.select);
		return status;
	}
	if (options.in && package_output_is(options.in, options.out)) {
		if (options.select.count || options.needed_count || options.json_to ||
		    options.object.machine) {
			kernel_select_clear(&options.select);
			return command_usage_error(command,
						   "a BPF object becomes a package.json, and "
						   "that a BPF object, without options");
		}
		return OUTPUT_CHECK(options.out, options.in)
			       ? STATUS_FAILED
			       : package_output_convert(options.in, options.out);
	}
	if (options.select.count) {
		kernel_select_clear(&options.select);
		return command_usage_error(command, "--select is for an IN that is a pack");
	}
	status = check_options(command, &options, out);
	if (status != COMMAND_GO)
		return status;
	if (OUTPUT_CHECK(options.out, options.in, options.object.like, options.tar.json) ||
	    OUTPUT_CHECK(options.json_to, options.in, options.tar.json))
		return STATUS_FAILED;
	if (out == CONTAINER_FOLDER) {
		folder = without_slashes(options.out);
		options.out = folder ? folder : options.out;
	}
	if (out == CONTAINER_FOLDER && !options.needed_count && !options.json_to &&
	    !options.object.machine && container_of_input(options.in) == CONTAINER_TAR)
		return unpack(&options, options.in);
	return convert(&options, out);
}

static const struct command_option options_of_convert[] = {
	{'o', "output", "OUT", "the same as the operand OUT"},
	{OPTION_LAYOUT, "layout", "LAYOUT",
	 "of a tar or folder: bpf-compatible (default), BTFs\n"
	 "below btfhub-archive; bcc: without that folder"},
	{OPTION_MACHINE_NAMES, "machine-names", "btfhub|uname",
	 "of a tar or folder: machines as in BTFHub (arm64,\n"
	 "default), or as 'uname -m' prints them (aarch64)"},
	{OPTION_JSON, "json", "FILE", "put FILE into the tar or folder as package.json"},
	{OPTION_JSON_TO, "json-to", "FILE", "write the package.json of IN to FILE"},
	{OPTION_COMPRESS, "compress", "none|xz",
	 "of a bundle or object file: how BTFs are stored\n"
	 "(default: as in IN, or none); of a pack: xz writes\n"
	 "RELEASE.btf.tar.xz"},
	{OPTION_SELECT, "select", "EXPR",
	 "of a pack: take only the kernels that match EXPR, as\n"
	 "for embed; may be repeated"},
	{OPTION_BYTE_ORDER, "byte-order", "ORDER",
	 "of a bundle: little or big, that of the program it is\n"
	 "for (default: as IN, or that of the BTFs)"},
	{'m', "machine", "M",
	 "of an object file: its machine (x86_64, arm64, s390x,\n"
	 "...); else that of BTFs in IN whose path names none"},
	{OPTION_LIKE, "like", "FILE",
	 "of an object file, instead of -m: take machine and\n"
	 "flags from the ELF file FILE"},
	{OPTION_SYMBOL, "symbol", "NAME",
	 "of an object file: define the symbols NAME and NAME_end\n"
	 "around the bundle"},
	{OPTION_RESERVE, "reserve", NULL,
	 "without IN: write an object file that only reserves a\n"
	 "segment, in a link with corebtf.ld"},
	{0},
};

const struct command command_convert = {
	.name = "convert",
	.usage = "IN OUT [OPTION...]",
	.purpose = "convert trimmed BTFs to a bundle, tar, folder or object file",
	.details =
		"IN is an executable with BTFs, a bundle, a tar of BTFs, or a folder of them as\n"
		"OS/VERSION/MACHINE/RELEASE.btf. The name of OUT says what is written:\n"
		"  .tar .tar.gz .tar.xz .tar.zst  a tar\n"
		"  .o                             an object file to link into a program\n"
		"  FOLDER/, or a folder           a folder of BTFs\n"
		"  any other name                 a bundle\n"
		"IN may also be a pack (corebtf pack): its full BTFs are written to a FOLDER/, or "
		"one\n"
		"of them to OUT.btf.\n"
		"A BPF object becomes eunomia's package.json (OUT ends in .json), and that a BPF\n"
		"object again.\n"
		"To embed them in an executable: 'corebtf embed --bundle'.",
	.examples = "  corebtf convert execsnoop kernels.bundle\n"
		    "  corebtf convert execsnoop min_core_btfs.tar.gz --layout bcc\n"
		    "  corebtf convert kernels.bundle probe.tar.gz --json package.json\n"
		    "  corebtf convert min_core_btfs.tar.gz kernels.bundle\n"
		    "  corebtf convert min_core_btfs.tar.gz btfs/\n"
		    "  corebtf convert kernels.bundle kernels.o --machine x86_64\n"
		    "  corebtf convert kernels.bundle kernels.o --like execsnoop\n"
		    "  corebtf convert opensnoop.bpf.o package.json\n"
		    "  corebtf convert debian.pack btfs/ --select 'os=debian:12'",
	.statuses = "0 done; 1 failed, or some kernels were left out",
	.options = options_of_convert,
	.run = run,
};
