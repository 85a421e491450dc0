/* SPDX-License-Identifier: MIT */
/*
 * corebtf exec: a program and a BTF for the running kernel in; the program runs in a mount
 * namespace in which the kernel seems to have that BTF.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "embedder/cli/command.h"
#include "embedder/cli/kernel_paths.h"
#include "embedder/cli/memory_option.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/engine/kernel_input.h"
#include "embedder/engine/running_btf.h"
#include "embedder/exec/btf_files.h"
#include "embedder/exec/private_mounts.h"
#include "embedder/exec/program_file.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/interrupt.h"
#include "embedder/util/memory_budget.h"
#include "embedder/util/text.h"
#include "runtime/kernel/host.h"
#include "runtime/kernel/machine.h"

/* As of env(1): all other statuses are the program's. */
#define STATUS_NOT_STARTED    125
#define STATUS_CANNOT_EXECUTE 126
#define STATUS_NOT_FOUND      127

enum { OPTION_BUNDLE = 256, OPTION_KERNELS, OPTION_AS, OPTION_MEMORY, OPTION_FORCE };

struct exec_options {
	char **program; /* its argv; NULL: none was given */
	const char *bundle;
	struct kernel_paths kernels;
	uint64_t memory;
	bool force;
};

static void cleanup_options(struct exec_options *options)
{
	kernel_paths_free(&options->kernels);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct exec_options *options = context;

	switch (key) {
	case OPTION_BUNDLE:
		options->bundle = value;
		return COMMAND_GO;
	case OPTION_KERNELS:
		kernel_paths_add(&options->kernels, value);
		return COMMAND_GO;
	case OPTION_AS:
		return kernel_paths_take_as(command, value, &options->kernels);
	case OPTION_MEMORY:
		return memory_option_take(command, value, &options->memory);
	case OPTION_FORCE:
		options->force = true;
		return COMMAND_GO;
	}
	return command_usage_error(command, "PROGRAM stands behind --: corebtf exec ... -- %s",
				   value);
}

static int check_options(const struct command *command, const struct exec_options *options)
{
	if (!options->program || !*options->program)
		return command_usage_error(command, "no PROGRAM given; it stands behind --");
	if (options->bundle && (options->kernels.count || options->kernels.as_count))
		return command_usage_error(command, "either --bundle or --kernels");
	return kernel_paths_check(command, &options->kernels);
}

/* Returns only when it fails: a status. */
static int start(const struct exec_options *options, const char *path)
{
	struct reason why = {""};
	int err;

	interrupt_undo_setup();
	err = program_file_run(path, options->program, &why);
	report_failure(options->program[0], "%s", why.text);
	return err == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE;
}

static int find_full(const struct exec_options *options, struct running_btf *btf)
{
	struct kernel_input kernels;
	struct reason why = {""};
	int err;

	kernel_input_init(&kernels, run_events());
	kernel_paths_find(&options->kernels, &kernels);
	kernel_list_sort(&kernels.list);
	/* Then what was named is not there, which was reported. */
	if (kernels.failures && kernel_input_is_empty(&kernels)) {
		kernel_input_free(&kernels);
		return -ENOENT;
	}
	err = running_btf_from_kernels(&kernels, options->memory, btf, &why);
	kernel_input_free(&kernels);
	if (err)
		report_failure("exec", "%s", why.text);
	return err;
}

static int find_trimmed(const char *path, struct running_btf *btf)
{
	struct reason why = {""};
	int err = running_btf_from_bundle(path, run_events(), btf, &why);

	if (err)
		report_failure(path, "%s", why.text);
	return err;
}

/* Nothing was named: what PROGRAM itself has, or else the kernels that every command knows. */
static int find_default(struct exec_options *options, const char *path, struct running_btf *btf)
{
	struct reason why = {""};
	int err = running_btf_from_bundle(path, run_events(), btf, &why);

	switch (err) {
	case 0:
		return 0;
	case -ENODATA:
	case -ENOENT:
	case -EACCES:
		report_detail("%s: %s", path, why.text);
		break;
	default:
		report_failure(path, "%s", why.text);
		return err;
	}
	kernel_paths_default(&options->kernels);
	return find_full(options, btf);
}

static int find_btf(struct exec_options *options, const char *path, struct running_btf *btf)
{
	if (options->bundle)
		return find_trimmed(options->bundle, btf);
	return options->kernels.count ? find_full(options, btf) : find_default(options, path, btf);
}

static void explain_mounts(const char *path, int err, const struct reason *why)
{
	struct stat status;
	bool is_set_id = err == -EPERM && stat(path, &status) == 0 && status.st_mode & S_ISUID;

	report_failure("exec", "%s%s", why->text,
		       is_set_id ? "; PROGRAM gets its set-user-ID rights too late for that" : "");
}

static void tell(const struct btf_files *files, const struct running_btf *btf)
{
	report_detail("BTF of %s bytes from %s", text_count(btf->size).text, btf->from.text);
	if (*files->sysfs)
		report_detail("PROGRAM finds it in %s", files->sysfs);
	else
		report_detail("not in " BTF_FILES_SYSFS ": %s", files->sysfs_why.text);
	if (*files->elf)
		report_detail("PROGRAM finds it in %s", files->elf);
	else
		report_detail("not beside the kernel: %s", files->elf_why.text);
}

static int show(const char *path, const struct running_btf *btf)
{
	struct btf_files files;
	struct utsname host;
	struct reason why = {""};
	int err = uname(&host) < 0 ? reason_errno(&why, -errno, "uname") : 0;

	if (!err)
		err = private_mounts_enter(&why);
	if (!err)
		err = btf_files_make(host.release, machine_canonical(host.machine), btf->data,
				     btf->size, &files, &why);
	if (err) {
		explain_mounts(path, err, &why);
		return err;
	}
	tell(&files, btf);
	/* Versions of bpftrace ask the kernel for its BTF and read no file but this one. */
	if (*files.sysfs && setenv("BPFTRACE_BTF", files.sysfs, 0) < 0) {
		report_failure("exec", "out of memory");
		return -ENOMEM;
	}
	return 0;
}

static int find_and_start(struct exec_options *options)
{
	_cleanup_(running_btf_free) struct running_btf btf = {.data = NULL};
	const struct host here = {.root = NULL};
	_cleanup_free_ char *path = NULL;
	struct reason why = {""};
	int err = program_file_find(options->program[0], &path, &why);

	if (err) {
		report_failure(options->program[0], "%s", why.text);
		return err == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE;
	}
	if (!options->force && host_has_btf(&here)) {
		report_detail("the running kernel has BTF of its own: %s is just run", path);
		return start(options, path);
	}
	if (find_btf(options, path, &btf) || show(path, &btf))
		return STATUS_NOT_STARTED;
	return start(options, path);
}

/* Everything behind -- is PROGRAM's, its options too. */
static char **cut_program(int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		*argc = i;
		return argv + i + 1;
	}
	return NULL;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct exec_options options = {
		.program = cut_program(&argc, argv),
		.memory = memory_budget_default(),
	};
	int status;

	if (kernel_paths_init(&options.kernels, argc)) {
		report_failure(NULL, "out of memory");
		return STATUS_NOT_STARTED;
	}
	status = command_parse(command, argc, argv, take, &options);
	if (status == COMMAND_GO)
		status = check_options(command, &options);
	if (status != COMMAND_GO)
		return status;
	/* Standard error is PROGRAM's. */
	if (report_level() == REPORT_NORMAL)
		report_set_level(REPORT_QUIET);
	return find_and_start(&options);
}

static const struct command_option options_of_exec[] = {
	{OPTION_BUNDLE, "bundle", "FILE",
	 "take a trimmed BTF from FILE: an executable, a bundle,\n"
	 "a tar or a folder of BTFs"},
	{OPTION_KERNELS, "kernels", "[PATH...]",
	 "take the full BTF from what is there, as for embed"},
	{OPTION_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, as for embed"},
	{OPTION_MEMORY, "memory", "LIMIT", "for what is unpacked, as for embed"},
	{OPTION_FORCE, "force", NULL, "also if the kernel has BTF of its own, which is covered"},
	{0},
};

const struct command command_exec = {
	.name = "exec",
	.usage = "[--bundle FILE | --kernels PATH...] [OPTION...] -- PROGRAM [ARGUMENT...]",
	.purpose = "run an unmodified program as if the kernel had BTF",
	.details =
		"PROGRAM runs in a mount namespace of its own, in which the BTF of the running "
		"kernel\n"
		"is in /sys/kernel/btf/vmlinux and /boot/vmlinux-RELEASE. Nothing changes "
		"outside.\n"
		"Without --bundle and --kernels, the BTF is the one in PROGRAM, or else one of "
		"the\n"
		"cache of 'corebtf fetch' or of the pack that is installed with corebtf. If the\n"
		"kernel has BTF, PROGRAM is just run. Needs root, or CAP_SYS_ADMIN.",
	.examples = "  corebtf exec -- execsnoop -T\n"
		    "  corebtf exec --kernels btfhub-archive -- bpftrace -e 'kprobe:vfs_open { "
		    "print(comm); }'\n"
		    "  corebtf exec --kernels linux-image-dbg.deb -- opensnoop\n"
		    "  corebtf exec --bundle kernels.bundle -- execsnoop",
	.statuses = "PROGRAM's own; 125 there is no BTF, or it cannot be shown; 126 PROGRAM\n"
		    "cannot be run; 127 it was not found",
	.options = options_of_exec,
	.run = run,
};
