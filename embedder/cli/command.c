/* SPDX-License-Identifier: MIT */
/*
 * In: a command's description and its arguments. Out: options and operands, one by one; or help.
 */
#include "embedder/cli/command.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/report.h"
#include "embedder/cli/suggest.h"
#include "embedder/util/cleanup.h"

/* Where the explanations of options start. */
#define HELP_COLUMN 26

#define OPTIONS_MAX 24

static const struct command_option common_options[] = {
	{'q', "quiet", NULL, "print failures only"},
	{'v', "verbose", NULL, "print details"},
	{'h', "help", NULL, "print this help"},
	{0},
};

static bool ends_with_mark(const char *text)
{
	return *text && text[strlen(text) - 1] == '?';
}

int command_usage_error(const struct command *command, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	report_failure(command->name, "%s%s see 'corebtf help %s'", text ? text : "wrong usage",
		       text && ends_with_mark(text) ? "" : ";", command->name);
	return STATUS_USAGE;
}

static void print_options(const struct command_option *options)
{
	for (; options->name; options++) {
		char letter[8] = "    ", left[64];
		int length;

		if (options->key < 256)
			snprintf(letter, sizeof(letter), "-%c, ", options->key);
		length = snprintf(left, sizeof(left), "  %s--%s%s%s", letter, options->name,
				  options->argument ? " " : "",
				  options->argument ? options->argument : "");
		printf("%-*s", HELP_COLUMN, left);
		if (length >= HELP_COLUMN)
			printf("\n%*s", HELP_COLUMN, "");
		for (const char *help = options->help; *help; help++) {
			putchar(*help);
			if (*help == '\n')
				printf("%*s", HELP_COLUMN, "");
		}
		putchar('\n');
	}
}

static void print_help(const struct command *command)
{
	printf("Usage: corebtf %s %s\n\n%s\n", command->name, command->usage, command->purpose);
	if (command->details)
		printf("\n%s\n", command->details);
	printf("\nOptions:\n");
	print_options(command->options);
	print_options(common_options);
	printf("\nExamples:\n%s\n", command->examples);
	printf("\nExit status: %s; 2 wrong usage.\n", command->statuses);
	printf("More: man corebtf-%s\n", command->name);
}

static bool may_take_none(const struct command_option *option)
{
	return option->argument && *option->argument == '[';
}

static bool takes_many(const struct command_option *option)
{
	const char *end = may_take_none(option) ? "...]" : "...";
	size_t length = option->argument ? strlen(option->argument) : 0;

	return length > strlen(end) && strcmp(option->argument + length - strlen(end), end) == 0;
}

/* The description as getopt needs it. */
struct getopt_tables {
	const struct command_option *options[OPTIONS_MAX];
	struct option long_options[OPTIONS_MAX + 1];
	char short_options[3 * OPTIONS_MAX + 3];
	size_t count;
};

static void add_options(struct getopt_tables *tables, const struct command_option *options)
{
	char *end = tables->short_options + strlen(tables->short_options);

	for (; options->name && tables->count < OPTIONS_MAX; options++) {
		tables->options[tables->count] = options;
		tables->long_options[tables->count++] = (struct option){
			.name = options->name,
			.has_arg = !options->argument	    ? no_argument
				   : may_take_none(options) ? optional_argument
							    : required_argument,
			.val = options->key,
		};
		if (options->key >= 256)
			continue;
		*end++ = (char)options->key;
		if (options->argument)
			*end++ = ':';
		if (may_take_none(options))
			*end++ = ':';
	}
	*end = '\0';
}

static const struct command_option *find_option(const struct getopt_tables *tables, int key)
{
	for (size_t i = 0; i < tables->count; i++) {
		if (tables->options[i]->key == key)
			return tables->options[i];
	}
	return NULL;
}

/* How many long options begin like the word that getopt refused. */
static size_t count_matches(const struct getopt_tables *tables, const char *word)
{
	size_t length = strcspn(word, "="), matches = 0;

	for (size_t i = 0; i < tables->count; i++)
		matches += strncmp(tables->long_options[i].name, word, length) == 0;
	return matches;
}

/* getopt's '?': @key is 0 for a long option that is not one, the key of one that got a value it
 * does not take, or a letter that is none. */
static int refuse_option(const struct command *command, const struct getopt_tables *tables,
			 const char *word, int key)
{
	const struct command_option *option = find_option(tables, key);
	struct suggestion suggestion;

	if (key && option)
		return command_usage_error(command, "option '--%s' takes no value", option->name);
	if (key)
		return command_usage_error(command, "unknown option '-%c'", key);
	if (count_matches(tables, word + 2) > 1)
		return command_usage_error(command, "option '%s' is ambiguous", word);
	suggestion = suggest_start(word + 2, strcspn(word + 2, "="));
	for (size_t i = 0; i < tables->count; i++)
		suggest_offer(&suggestion, tables->options[i]->name);
	if (suggestion.nearest)
		return command_usage_error(command, "unknown option '%s': did you mean '--%s'?",
					   word, suggestion.nearest);
	return command_usage_error(command, "unknown option '%s'", word);
}

int command_parse(const struct command *command, int argc, char **argv, command_take_fn take,
		  void *context)
{
	/* '-': operands come in order; ':': a missing value is not reported as an unknown
	 * option. */
	struct getopt_tables tables = {.short_options = "-:"};
	int many = 0;	      /* the option that operands belong to now */
	bool pending = false; /* it may have none, and had none so far */
	int status = COMMAND_GO;

	add_options(&tables, command->options);
	add_options(&tables, common_options);
	opterr = 0;
	optind = 0; /* start afresh */
	while (status == COMMAND_GO) {
		int key = getopt_long(argc, argv, tables.short_options, tables.long_options, NULL);
		const struct command_option *option = find_option(&tables, key);

		if (key == COMMAND_OPERAND) {
			status = take(command, context, many ? many : key, optarg);
			pending = false;
			continue;
		}
		if (pending)
			status = take(command, context, many, NULL);
		if (key == -1 || status != COMMAND_GO)
			break;
		many = 0;
		pending = false;
		switch (key) {
		case 'h':
			print_help(command);
			return STATUS_DONE;
		case 'q':
			report_set_level(REPORT_QUIET);
			break;
		case 'v':
			report_set_level(REPORT_VERBOSE);
			break;
		case ':':
			option = find_option(&tables, optopt);
			return command_usage_error(command, "option '--%s' needs a value: %s",
						   option->name, option->argument);
		case '?':
			return refuse_option(command, &tables, argv[optind - 1], optopt);
		default:
			/* --name=VALUE: the value is not a word of its own. */
			if (takes_many(option) && (!optarg || optarg == argv[optind - 1]))
				many = key;
			pending = may_take_none(option) && !optarg;
			if (!pending)
				status = take(command, context, key, optarg);
		}
	}
	/* After "--" getopt returns nothing. */
	while (status == COMMAND_GO && optind < argc)
		status = take(command, context, COMMAND_OPERAND, argv[optind++]);
	return status;
}
