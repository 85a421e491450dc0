// SPDX-License-Identifier: MIT
/*
 * corebtf lookup: which BTF the runtime would choose for a kernel, and why. The choice is the
 * runtime's own, so that what is told here is what happens there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <corebtf.h>

#include "embedder/cli/bundle_input.h"
#include "embedder/cli/command.h"
#include "embedder/cli/interrupt.h"
#include "embedder/cli/report.h"
#include "embedder/cli/text.h"
#include "embedder/elf/executable.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/output_file.h"
#include "runtime/machine.h"

enum { OPTION_RELEASE = 256, OPTION_MACHINE };

struct lookup_options {
	const char *file, *release, *machine, *output;
};

static void cleanup_corebtf(struct corebtf **corebtf)
{
	corebtf_close(*corebtf); /* NULL is fine */
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct lookup_options *options = context;

	if (key == COMMAND_OPERAND && options->file)
		return command_usage_error(command, "one FILE at a time; '%s' is too many", value);
	if ((key == OPTION_RELEASE || key == OPTION_MACHINE) && !*value)
		return command_usage_error(command, "an empty name is no kernel's");
	if (key == COMMAND_OPERAND)
		options->file = value;
	else if (key == OPTION_RELEASE)
		options->release = value;
	else if (key == OPTION_MACHINE)
		options->machine = value;
	else if (key == 'o')
		options->output = value;
	return COMMAND_GO;
}

/*
 * The story is part of the answer, but not with --quiet. Its last line stays here until it is
 * known whether it is the end of a success or says what failed.
 */
struct story {
	struct reason last;
};

static void print_last_line(struct story *story)
{
	_cleanup_free_ char *printable = text_printable(story->last.text);

	if (printable && *printable && report_level() > REPORT_QUIET)
		printf("%s\n", printable);
	story->last.text[0] = '\0';
}

static void tell(void *context, const char *line)
{
	struct story *story = context;

	print_last_line(story);
	bundle_input_keep_line(&story->last, line);
}

static void print_answer(const struct corebtf_entry *entry)
{
	_cleanup_free_ char *text = NULL, *printable = NULL;

	if (report_level() == REPORT_QUIET)
		return;
	if (asprintf(&text, "BTF %" PRIu32 " of %s bytes, from %s%s%s %s %s%s", entry->blob,
		     text_count(entry->btf_size).text, entry->os_id, *entry->os_id ? " " : "",
		     entry->version_id, entry->machine, entry->release,
		     entry->ambiguous ? "; others with other bytes fit as well" : "") < 0)
		text = NULL;
	if (text)
		printable = text_printable(text);
	if (printable)
		printf("%s\n", printable);
}

/*
 * For another kernel than this one and without --machine, the question is what happens when FILE
 * runs there: its machine is that of the executable. For a 32-bit one, *@ret_sibling is the
 * machine of the 64-bit kernel that it may find itself on.
 */
static const char *default_machine(const char *file, struct utsname *host,
				   const char **ret_sibling)
{
	struct executable_info info = {0};
	const char *machine = "";

	if (executable_inspect(file, &info, NULL) == 0)
		machine = machine_from_elf(info.machine, info.is_64bit, info.big_endian);
	if (!*machine && uname(host) == 0)
		machine = machine_canonical(host->machine);
	*ret_sibling = machine_64bit_sibling(machine);
	return machine;
}

static int find(const struct lookup_options *options, struct corebtf *corebtf,
		struct corebtf_entry *ret_entry)
{
	struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel),
		.release = options->release,
		.machine = options->machine,
	};
	const char *sibling = NULL;
	struct utsname host;
	int err;

	if (options->release && !options->machine)
		kernel.machine = default_machine(options->file, &host, &sibling);
	err = corebtf_find(corebtf, &kernel, ret_entry);
	if (err == -ENOENT && sibling) {
		kernel.machine = sibling;
		err = corebtf_find(corebtf, &kernel, ret_entry);
	}
	return err;
}

static int write_btf(struct corebtf *corebtf, const struct corebtf_entry *entry, const char *output,
		     struct reason *why)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	const void *btf = NULL;
	size_t size = 0;
	int err = corebtf_btf(corebtf, entry, &btf, &size);

	if (err)
		return err;
	hold = interrupt_hold(output);
	return output_file_save(output, NULL, btf, size, why);
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_corebtf) struct corebtf *corebtf = NULL;
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct lookup_options options = {0};
	struct story story = {0};
	struct reason why = {""};
	struct corebtf_open_opts opts = {.sz = sizeof(opts), .log = tell, .log_context = &story};
	int status = command_parse(command, argc, argv, take, &options);
	int err;

	if (status != COMMAND_GO)
		return status;
	if (!options.file)
		return command_usage_error(command, "no FILE given");

	err = corebtf_open_file(options.file, &corebtf, &opts);
	if (!err)
		err = find(&options, corebtf, &entry);
	if (err) {
		bundle_input_report(options.file, err, &story.last);
		return STATUS_FAILED;
	}
	print_last_line(&story);
	print_answer(&entry);
	if (!options.output)
		return STATUS_DONE;
	err = write_btf(corebtf, &entry, options.output, &why);
	if (err && *why.text)
		report_failure(options.output, "%s", why.text);
	else if (err)
		bundle_input_report(options.file, err, &story.last);
	return err ? STATUS_FAILED : STATUS_DONE;
}

static const struct command_option options_of_lookup[] = {
	{OPTION_RELEASE, "release", "RELEASE",
	 "the kernel, as uname -r prints it (default: the\n"
	 "running one, with all that is known of it)"},
	{OPTION_MACHINE, "machine", "MACHINE",
	 "its machine, as uname -m prints it (default: the\n"
	 "executable's; of a bundle file: this machine's)"},
	{'o', "output", "OUT", "write the BTF to OUT"},
	{0},
};

const struct command command_lookup = {
	.name = "lookup",
	.usage = "FILE [--release RELEASE] [--machine MACHINE] [-o OUT] [OPTION...]",
	.purpose = "show which BTF would be chosen for a kernel, and why",
	.details = NULL,
	.examples = "  corebtf lookup execsnoop\n"
		    "  corebtf lookup execsnoop --release 5.10.0-30-amd64 -o small.btf\n"
		    "  corebtf lookup kernels.bundle --release 5.10.0-30-arm64 --machine aarch64",
	.statuses = "0 there is one; 1 there is none, or it failed",
	.options = options_of_lookup,
	.run = run,
};
