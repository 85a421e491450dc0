/* SPDX-License-Identifier: MIT */
/*
 * One command of corebtf: its name, its options and the text of its --help are in one
 * description, so the help has all options.
 */
#ifndef COREBTF_CLI_COMMAND_H
#define COREBTF_CLI_COMMAND_H

/* Exit statuses. */
#define STATUS_DONE   0
#define STATUS_FAILED 1
#define STATUS_USAGE  2

struct command_option {
	int key;	      /* the short letter, or a number from 256 on: there is none */
	const char *name;     /* the long name */
	const char *argument; /* its argument, for the help; NULL: nothing; "PATH...": all
			       * operands up to the next option are values of it; "[PATH...]": there
			       * may be none, and its value then is NULL */
	const char *help;     /* may have several lines */
};

struct command {
	const char *name;
	const char *usage;    /* what follows `corebtf NAME` */
	const char *purpose;  /* one line */
	const char *details;  /* what else the help says */
	const char *examples; /* one in a line, indented by two spaces */
	const char *statuses; /* when 0 and 1 are returned */
	const struct command_option
		*options; /* ends with a zero; without those all commands have */
	int (*run)(const struct command *command, int argc, char **argv); /* returns a status */
};

extern const struct command command_trim, command_embed, command_list, command_lookup,
	command_remove, command_convert, command_verify, command_fetch, command_btfgen,
	command_report, command_dwarf, command_pack, command_exec, command_tool, command_run;

/* What is not an option comes with this key. */
#define COMMAND_OPERAND 1

/* command_parse() returns it when the command is to go on. */
#define COMMAND_GO (-1)

/* Takes one option or operand. Returns COMMAND_GO, or the status to end with. */
typedef int (*command_take_fn)(const struct command *command, void *context, int key,
			       const char *value);

/*
 * Reads the arguments in order; options may be anywhere, and everything after `--` is an
 * operand. Each is passed to @take, except --help, --quiet and --verbose, which all commands
 * have. A value given as --name=VALUE is the only one, also for an option that takes many.
 * argv[0] is the command's name.
 */
int command_parse(const struct command *command, int argc, char **argv, command_take_fn take,
		  void *context);

/* One line that says what is wrong with the arguments; returns STATUS_USAGE. */
int command_usage_error(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
