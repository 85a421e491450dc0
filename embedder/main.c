/* SPDX-License-Identifier: MIT */
/*
 * corebtf: the trimmed kernel BTFs that a program needs, inside the program. This file finds the
 * command and runs it; what each does stands in its cmd_*.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <corebtf.h>

#include "embedder/cli/command.h"
#include "embedder/cli/interrupt.h"
#include "embedder/cli/report.h"

static const struct command *const commands[] = {
	&command_embed,	 &command_list,	  &command_lookup, &command_extract, &command_attach,
	&command_remove, &command_object, &command_verify, &command_trim,    &command_export,
	&command_import, &command_unpack, &command_fetch,  &command_btfgen,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	printf("Usage: corebtf COMMAND [ARGUMENT...]\n\n"
	       "Puts into a finished executable what its BPF programs need of the BTFs of many\n"
	       "kernels, so that it runs on kernels that have no BTF.\n\n"
	       "Commands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("  %-10s%s\n", commands[i]->name, commands[i]->purpose);
	printf("\nOptions:\n"
	       "  -h, --help     print this help; for a command: corebtf COMMAND --help\n"
	       "  -V, --version  print the version\n\n"
	       "Example:\n"
	       "  corebtf embed ./execsnoop --kernels btfhub-archive/debian\n\n"
	       "Exit status: 0 done; 1 something failed; 2 wrong usage.\n"
	       "More: man corebtf\n");
}

/* Levenshtein's distance, for words of the length of a command. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[32], width = strlen(b);

	if (width >= sizeof(row) / sizeof(row[0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[width];
}

/* The command that was most likely meant, or NULL: a word that shares little with any of them
 * was no slip of the finger. */
static const char *find_nearest(const char *word)
{
	const char *nearest = NULL;
	size_t smallest = 3;

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		size_t distance = edit_distance(word, commands[i]->name);

		if (distance < smallest && distance < strlen(commands[i]->name)) {
			smallest = distance;
			nearest = commands[i]->name;
		}
	}
	return nearest;
}

static int run(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const char *nearest;

	if (!word) {
		report_failure(NULL, "no command given; see 'corebtf --help'");
		return STATUS_USAGE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		print_help();
		return STATUS_DONE;
	}
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
		printf("corebtf %s\n", corebtf_version());
		return STATUS_DONE;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(word, commands[i]->name) == 0)
			return commands[i]->run(commands[i], argc - 1, argv + 1);
	}
	if (word[0] == '-') {
		report_failure(NULL, "unknown option '%s' before the command; see 'corebtf --help'",
			       word);
		return STATUS_USAGE;
	}
	nearest = find_nearest(word);
	if (nearest)
		report_failure(NULL,
			       "unknown command '%s': did you mean '%s'? See 'corebtf --help'",
			       word, nearest);
	else
		report_failure(NULL, "unknown command '%s'; see 'corebtf --help'", word);
	return STATUS_USAGE;
}

/*
 * A file that is opened gets the lowest number that is free: where whoever started us closed
 * standard error, our messages would go into that file. In its place /dev/null is opened, for
 * reading, so that writing there fails as before.
 */
static void fill_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
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
	/* A full disk behind standard output shows here at the latest. */
	errno = 0;
	if ((ferror(stdout) || fflush(stdout)) && status != STATUS_USAGE) {
		report_failure("standard output", "cannot write to it: %s",
			       errno ? strerror(errno) : "some of it was lost");
		status = STATUS_FAILED;
	}
	return status;
}
