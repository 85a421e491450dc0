/* SPDX-License-Identifier: MIT */
/*
 * corebtf object: a bundle as an object file, for builds that link it into the program.
 */
#include <stdlib.h>

#include "embedder/engine/bundle_input.h"
#include "embedder/cli/command.h"
#include "embedder/cli/interrupt.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/util/text.h"
#include "embedder/elf/elf_object.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/output_file.h"
#include "runtime/kernel/machine.h"

enum { OPTION_LIKE = 256, OPTION_SYMBOL };

struct object_options {
	const char *bundle, *output, *machine, *like, *symbol;
};

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct object_options *options = context;

	switch (key) {
	case 'o':
		options->output = value;
		return COMMAND_GO;
	case 'm':
		options->machine = value;
		return COMMAND_GO;
	case OPTION_LIKE:
		options->like = value;
		return COMMAND_GO;
	case OPTION_SYMBOL:
		options->symbol = value;
		return COMMAND_GO;
	case COMMAND_OPERAND:
		if (options->bundle)
			return command_usage_error(command,
						   "one BUNDLE at a time; '%s' is too many", value);
		options->bundle = value;
		return COMMAND_GO;
	}
	return STATUS_USAGE; /* every option is named above */
}

static int find_target(const struct object_options *options, struct elf_object_target *ret_target)
{
	_cleanup_free_ void *data = NULL;
	struct reason why = {""};
	size_t size;
	int err;

	if (options->machine) {
		err = elf_object_find_target(machine_canonical(options->machine), ret_target);
		if (err)
			report_failure(options->machine,
				       "this machine is not known here (known are %s): give a file "
				       "that was compiled for it with --like",
				       elf_object_target_names());
		return err;
	}
	err = input_file_read(options->like, SIZE_MAX / 2, &data, &size, &why);
	if (!err)
		err = elf_object_read_target(data, size, ret_target, &why);
	if (err)
		report_failure(options->like, "%s", why.text);
	return err;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	_cleanup_free_ void *bundle = NULL, *object = NULL;
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct elf_object_target target = {{0}, 0, 0};
	struct object_options options = {0};
	struct reason why = {""};
	size_t size = 0, object_size = 0;
	int status = command_parse(command, argc, argv, take, &options);

	if (status != COMMAND_GO)
		return status;
	if (!options.output)
		return command_usage_error(command, "no object file to write given (-o OUT)");
	if (!options.machine == !options.like)
		return command_usage_error(command, "one of --machine and --like is needed");
	if (!options.bundle && options.symbol)
		return command_usage_error(command, "--symbol names a bundle, and none is given");

	if (find_target(&options, &target))
		return STATUS_FAILED;
	if (OUTPUT_CHECK(options.output, options.bundle, options.like))
		return STATUS_FAILED;
	if (options.bundle && (bundle_input_read(options.bundle, &bundle, &size, &why) ||
			       bundle_input_check(bundle, size, &summary, &why))) {
		report_failure(options.bundle, "%s", why.text);
		return STATUS_FAILED;
	}
	if (bundle && !summary.big_endian != !target.codec.big_endian) {
		report_failure(options.bundle,
			       "the bundle is %s-endian and that machine %s-endian: embed it anew",
			       summary.big_endian ? "big" : "little",
			       target.codec.big_endian ? "big" : "little");
		return STATUS_FAILED;
	}
	if (elf_object_make(&target, bundle, size, options.symbol, &object, &object_size, &why)) {
		report_failure(options.bundle ? options.bundle : options.output, "%s", why.text);
		return STATUS_FAILED;
	}
	hold = interrupt_hold(options.output);
	if (output_file_save(options.output, NULL, object, object_size, &why)) {
		report_failure(options.output, "%s", why.text);
		return STATUS_FAILED;
	}
	if (bundle)
		report_note("%s: %s kernel%s, %s in section .corebtf", options.output,
			    text_count(summary.entries).text, text_plural(summary.entries),
			    text_size(size).text);
	else
		report_note("%s: reserves a segment when linked with corebtf.ld", options.output);
	return STATUS_DONE;
}

static const struct command_option options_of_object[] = {
	{'o', "output", "OUT", "the object file to write; needed"},
	{'m', "machine", "M", "the machine it is for: x86_64, arm64, s390x, ..."},
	{OPTION_LIKE, "like", "FILE",
	 "instead of -m: for the machine, with the flags, that the\n"
	 "ELF file FILE is for"},
	{OPTION_SYMBOL, "symbol", "NAME", "define the symbols NAME and NAME_end around the bundle"},
	{0},
};

const struct command command_object = {
	.name = "object",
	.usage = "[BUNDLE] -o OUT {-m M | --like FILE} [OPTION...]",
	.purpose = "make an object file of a bundle, to be linked into a program",
	.details =
		"The program finds the bundle as it finds an embedded one. BUNDLE may also be an\n"
		"executable that carries BTFs. Without BUNDLE the object file only reserves a "
		"segment,\n"
		"in a link with corebtf.ld, for programs that do not link libcorebtf statically.",
	.examples = "  corebtf object kernels.bundle -o kernels.o --machine x86_64\n"
		    "  corebtf object kernels.bundle -o kernels.o --like execsnoop",
	.statuses = "0 done; 1 failed",
	.options = options_of_object,
	.run = run,
};
