/* SPDX-License-Identifier: MIT */
/*
 * corebtf: embeds trimmed kernel BTFs in a program. This file finds the command and runs it;
 * each command is in its cmd_*.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <corebtf.h>

#include "embedder/cli/command.h"
#include "embedder/util/interrupt.h"
#include "embedder/cli/report.h"
#include "embedder/cli/suggest.h"

static const struct command *const commands[] = {
	&command_embed,	 &command_remove,  &command_list, &command_lookup, &command_verify,
	&command_report, &command_convert, &command_trim, &command_dwarf,  &command_fetch,
	&command_btfgen, &command_pack,	   &command_exec, &command_tool,   &command_run,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	printf("Usage: corebtf [OPTION...] COMMAND [ARGUMENT...]\n"
	       "       corebtf help [COMMAND]\n\n"
	       "Trims the BTFs of many kernels to what a program's CO-RE relocations need and "
	       "embeds\n"
	       "them in its executable, so that it also runs on kernels without BTF.\n\n"
	       "Commands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("  %-10s%s\n", commands[i]->name, commands[i]->purpose);
	printf("\nOptions:\n"
	       "  -h, --help     print this help; for a command: corebtf help COMMAND\n"
	       "  -V, --version  print the version\n"
	       "  -q, --quiet    print failures only; also after the command\n"
	       "  -v, --verbose  print details; also after the command\n\n"
	       "Example:\n"
	       "  corebtf embed ./execsnoop --kernels btfhub-archive/debian\n\n"
	       "Exit status: 0 done; 1 something failed; 2 wrong usage.\n"
	       "More: man corebtf\n");
}

/* Commands of earlier versions. */
static const struct {
	const char *name, *now;
} old_commands[] = {
	{"attach", "embed EXE --bundle BUNDLE"}, {"extract", "convert EXE BUNDLE"},
	{"object", "convert BUNDLE OUT.o"},	 {"export", "convert FILE OUT.tar.gz"},
	{"import", "convert TAR BUNDLE"},	 {"unpack", "convert TAR FOLDER/"},
};

static const struct command *find_command(const char *word)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(word, commands[i]->name) == 0)
			return commands[i];
	}
	return NULL;
}

static int refuse_command(const char *word)
{
	struct suggestion suggestion = suggest_start(word, strlen(word));

	for (size_t i = 0; i < sizeof(old_commands) / sizeof(old_commands[0]); i++) {
		if (strcmp(word, old_commands[i].name) != 0)
			continue;
		report_failure(NULL, "there is no command '%s' any more; it is now 'corebtf %s'",
			       word, old_commands[i].now);
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		suggest_offer(&suggestion, commands[i]->name);
	if (suggestion.nearest)
		report_failure(NULL,
			       "unknown command '%s': did you mean '%s'? See 'corebtf --help'",
			       word, suggestion.nearest);
	else
		report_failure(NULL, "unknown command '%s'; see 'corebtf --help'", word);
	return STATUS_USAGE;
}

/* `help`, or `help COMMAND`. */
static int help(const char *word)
{
	static char option[] = "--help";
	const struct command *command = word ? find_command(word) : NULL;
	char *argv[] = {(char *)word, option, NULL};

	if (word && !command)
		return refuse_command(word);
	if (command)
		return command->run(command, 2, argv);
	print_help();
	return STATUS_DONE;
}

static bool is_option(const char *word, const char *name, char letter)
{
	return strcmp(word, name) == 0 || (word[0] == '-' && word[1] == letter && !word[2]);
}

static int run(int argc, char **argv)
{
	const struct command *command;
	const char *word;

	for (; argc > 1; argc--, argv++) {
		if (is_option(argv[1], "--quiet", 'q'))
			report_set_level(REPORT_QUIET);
		else if (is_option(argv[1], "--verbose", 'v'))
			report_set_level(REPORT_VERBOSE);
		else
			break;
	}
	word = argc > 1 ? argv[1] : NULL;
	if (!word) {
		report_failure(NULL, "no command given; see 'corebtf --help'");
		return STATUS_USAGE;
	}
	if (is_option(word, "--help", 'h') || strcmp(word, "help") == 0)
		return help(argc > 2 ? argv[2] : NULL);
	if (is_option(word, "--version", 'V')) {
		printf("corebtf %s\n", corebtf_version());
		return STATUS_DONE;
	}
	command = find_command(word);
	if (command)
		return command->run(command, argc - 1, argv + 1);
	if (word[0] != '-')
		return refuse_command(word);
	report_failure(NULL, "unknown option '%s' before the command; see 'corebtf --help'", word);
	return STATUS_USAGE;
}

/*
 * A file that is opened gets the lowest free number. If the caller closed standard error, our
 * messages would go into that file. So /dev/null is opened there, for reading, and writing fails
 * as before. A program that takes our place (corebtf exec) finds them closed again.
 */
static void fill_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	int status;

	fill_standard_files();
	interrupt_setup();
	status = run(argc, argv);
	/* Report a full disk behind standard output. */
	errno = 0;
	if ((ferror(stdout) || fflush(stdout)) && status != STATUS_USAGE) {
		report_failure("standard output", "cannot write to it: %s",
			       errno ? strerror(errno) : "some of it was lost");
		status = STATUS_FAILED;
	}
	return status;
}
