/* SPDX-License-Identifier: MIT */
/*
 * One table has all of the runner's options: it is what is parsed and what the help prints.
 */
#include "runner/options/settings.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runner/options/value.h"
#include "runtime/util/array.h"

/* Before the name of a variable that is called as one of the runner's options. */
#define CLASH_PREFIX "var-"

enum own_key {
	OWN_HELP,
	OWN_VERSION,
	OWN_LIST,
	OWN_JSON,
	OWN_VERBOSE,
	OWN_QUIET,
	OWN_DURATION,
	OWN_EVENT,
	OWN_INTERVAL,
	OWN_MAP,
	OWN_CLEAR,
	OWN_PROGRAM,
	OWN_ATTACH,
	OWN_INTERFACE,
	OWN_BINARY,
	OWN_SYMBOL,
	OWN_PROCESS,
	OWN_CGROUP,
	OWN_FREQUENCY,
	OWN_METRICS,
	OWN_METRIC,
	OWN_COUNT_EVENTS,
	OWN_KEEP_CAPABILITIES,
};

static const struct own_option {
	char letter;
	const char *name, *argument, *help;
} own_options[] = {
	[OWN_HELP] = {'h', "help", NULL, "print this help"},
	[OWN_VERSION] = {'V', "version", NULL, "print the version of the runner"},
	[OWN_LIST] = {'l', "list", NULL, "print what would be attached, and attach nothing"},
	[OWN_JSON] = {'j', "json", NULL, "print events and maps as JSON, one object in a line"},
	[OWN_VERBOSE] = {'v', "verbose", NULL, "print what libbpf says, and where the BTF is from"},
	[OWN_QUIET] = {'q', "quiet", NULL, "print no summary"},
	[OWN_DURATION] = {'d', "duration", "SECONDS", "end after so many seconds"},
	[OWN_EVENT] = {'e', "event", "MAP=TYPE", "the type of the events in this buffer"},
	[OWN_INTERVAL] = {'i', "interval", "SECONDS", "print maps so often, not only at the end"},
	[OWN_MAP] = {0, "map", "NAME[=SHAPE]",
		     "print this map: table, log2[:UNIT], linear:FIRST:STEP[:UNIT]"},
	[OWN_CLEAR] = {0, "clear", NULL, "delete the entries of maps when they were printed"},
	[OWN_PROGRAM] = {0, "program", "NAME", "attach only this program; may be repeated"},
	[OWN_ATTACH] = {0, "attach", "PROGRAM=TARGET",
			"attach this program there: see corebtf-run(1)"},
	[OWN_INTERFACE] = {0, "interface", "NAME", "the network interface of XDP and TC programs"},
	[OWN_BINARY] = {0, "binary", "FILE", "the file of uprobes and USDT probes"},
	[OWN_SYMBOL] = {0, "symbol", "NAME", "the function of uprobes without one"},
	[OWN_PROCESS] = {0, "process", "PID", "uprobes and USDT probes in this process alone"},
	[OWN_CGROUP] = {0, "cgroup", "FOLDER", "the cgroup of cgroup programs"},
	[OWN_FREQUENCY] = {0, "frequency", "HZ", "how often perf events sample (default: 49)"},
	[OWN_METRICS] = {0, "metrics", "[ADDRESS:]PORT", "serve metrics for Prometheus there"},
	[OWN_METRIC] = {0, "metric", "MAP=KIND", "serve this map as a counter, gauge or histogram"},
	[OWN_COUNT_EVENTS] = {0, "count", "MAP=MEMBERS",
			      "count this buffer's events by some of their members"},
	[OWN_KEEP_CAPABILITIES] = {0, "keep-capabilities", NULL,
				   "keep all rights after programs are attached"},
};

#define OWN_COUNT (sizeof(own_options) / sizeof(*own_options))

static void free_pairs(struct setting_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		free((char *)pairs->list[i].name);
	free(pairs->list);
}

void settings_free(struct settings *settings)
{
	free_pairs(&settings->events);
	free_pairs(&settings->attach);
	free_pairs(&settings->programs);
	free_pairs(&settings->maps);
	free_pairs(&settings->metric_maps);
	free_pairs(&settings->counts);
	*settings = (struct settings){0};
}

const char *settings_find(const struct setting_pairs *pairs, const char *name)
{
	for (size_t i = pairs->count; i > 0; i--) {
		if (strcmp(pairs->list[i - 1].name, name) == 0)
			return pairs->list[i - 1].value;
	}
	return NULL;
}

/* @equals: what comes after '=' is the value; without: the name alone, with an empty value. */
static int add_pair(struct setting_pairs *pairs, const struct own_option *option, const char *text,
		    bool equals, struct reason *why)
{
	const char *sign = equals ? strchr(text, '=') : text + strlen(text);
	char *name;

	if (!sign || sign == text || (equals && !sign[1]))
		return reason_set(why, -EINVAL, "--%s takes %s, not '%s'", option->name,
				  option->argument, text);
	name = strndup(text, (size_t)(sign - text));
	if (!name || array_reserve(pairs->list, pairs->capacity, pairs->count + 1)) {
		free(name);
		return reason_errno(why, -ENOMEM, option->name);
	}
	pairs->list[pairs->count++] = (struct setting_pair){name, sign + equals};
	return 0;
}

static int take_seconds(const struct own_option *option, const char *text, double *ret,
			struct reason *why)
{
	char *end;
	double seconds = strtod(text, &end);

	if (!isdigit((unsigned char)*text) || *end || !isfinite(seconds) || seconds < 0.001 ||
	    seconds > 1e9)
		return reason_set(why, -EINVAL,
				  "--%s takes seconds from 0.001 to 1000000000, not '%s'",
				  option->name, text);
	*ret = seconds;
	return 0;
}

static int take_number(const struct own_option *option, const char *text, int largest, int *ret,
		       struct reason *why)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || number < 1 || number > largest)
		return reason_set(why, -EINVAL, "--%s takes a whole number from 1 to %d, not '%s'",
				  option->name, largest, text);
	*ret = (int)number;
	return 0;
}

static int take_own(struct settings *settings, enum own_key key, const char *value,
		    struct reason *why)
{
	const struct own_option *option = &own_options[key];

	switch (key) {
	case OWN_HELP:
		settings->help = true;
		return 0;
	case OWN_VERSION:
		settings->version = true;
		return 0;
	case OWN_LIST:
		settings->list = true;
		return 0;
	case OWN_JSON:
		settings->json = true;
		return 0;
	case OWN_VERBOSE:
		settings->verbose = true;
		return 0;
	case OWN_QUIET:
		settings->quiet = true;
		return 0;
	case OWN_KEEP_CAPABILITIES:
		settings->keep_capabilities = true;
		return 0;
	case OWN_DURATION:
		return take_seconds(option, value, &settings->duration, why);
	case OWN_CLEAR:
		settings->clear = true;
		return 0;
	case OWN_INTERVAL:
		return take_seconds(option, value, &settings->interval, why);
	case OWN_METRICS:
		settings->metrics = value;
		return 0;
	case OWN_MAP:
		return add_pair(&settings->maps, option, value, strchr(value, '=') != NULL, why);
	case OWN_METRIC:
		return add_pair(&settings->metric_maps, option, value, true, why);
	case OWN_COUNT_EVENTS:
		return add_pair(&settings->counts, option, value, true, why);
	case OWN_EVENT:
		return add_pair(&settings->events, option, value, true, why);
	case OWN_ATTACH:
		return add_pair(&settings->attach, option, value, true, why);
	case OWN_PROGRAM:
		return add_pair(&settings->programs, option, value, false, why);
	case OWN_INTERFACE:
		settings->interface = value;
		return 0;
	case OWN_BINARY:
		settings->binary = value;
		return 0;
	case OWN_SYMBOL:
		settings->symbol = value;
		return 0;
	case OWN_CGROUP:
		settings->cgroup = value;
		return 0;
	case OWN_PROCESS:
		return take_number(option, value, INT_MAX, &settings->process, why);
	case OWN_FREQUENCY:
		return take_number(option, value, 100000, &settings->frequency, why);
	}
	return -EINVAL;
}

static const struct own_option *find_own(const char *name, size_t length)
{
	for (size_t i = 0; i < OWN_COUNT; i++) {
		if (strlen(own_options[i].name) == length &&
		    strncmp(own_options[i].name, name, length) == 0)
			return &own_options[i];
	}
	return NULL;
}

static int rename_clashes(struct variables *variables, struct reason *why)
{
	for (size_t i = 0; i < variables->count; i++) {
		struct variable *variable = &variables->list[i];
		char *renamed;

		if (!find_own(variable->option, strlen(variable->option)))
			continue;
		if (asprintf(&renamed, CLASH_PREFIX "%s", variable->option) < 0)
			return reason_errno(why, -ENOMEM, "the options");
		free(variable->option);
		variable->option = renamed;
	}
	return 0;
}

/* One long option, @name with dashes or as C writes it. */
static int take_long(struct settings *settings, struct variables *variables, const char *text,
		     const char *next, bool *ret_took_next, struct reason *why)
{
	size_t length = strcspn(text, "=");
	const char *value = text[length] ? text + length + 1 : NULL;
	const struct own_option *own = find_own(text, length);
	_cleanup_free_ char *name = strndup(text, length);
	const struct variable *variable;
	bool takes_value;

	if (!name)
		return reason_errno(why, -ENOMEM, "the options");
	for (char *at = name; !own && *at; at++) {
		if (*at == '_')
			*at = '-';
	}
	variable = own ? NULL : variables_find(variables, name);
	if (!own && !variable)
		return reason_set(why, -EINVAL, "there is no option --%s", name);
	takes_value = own ? own->argument != NULL : variable->kind != VARIABLE_FLAG;
	if (takes_value && !value) {
		if (!next)
			return reason_set(why, -EINVAL, "--%s takes a value", name);
		value = next;
		*ret_took_next = true;
	}
	if (own && !takes_value && value)
		return reason_set(why, -EINVAL, "--%s takes no value", name);
	return own ? take_own(settings, (enum own_key)(own - own_options), value, why)
		   : variables_set(variables, name, value, why);
}

/* A variable's letter: what is behind it in the word is the value, or the next word is. */
static int take_variable_letter(struct variables *variables, const char *letters, const char *next,
				bool *ret_took_next, struct reason *why)
{
	const struct variable *variable = variables_find_letter(variables, *letters);
	const char *value = letters[1] ? letters + 1 : next;

	if (!variable)
		return reason_set(why, -EINVAL, "there is no option -%c", *letters);
	if (variable->kind == VARIABLE_FLAG) {
		if (letters[1])
			return reason_set(why, -EINVAL, "-%c takes no value", *letters);
		return variables_set(variables, variable->option, NULL, why);
	}
	if (!value)
		return reason_set(why, -EINVAL, "-%c takes a value", *letters);
	*ret_took_next = !letters[1];
	return variables_set(variables, variable->option, value, why);
}

/* Letters in one word; the last one may take a value, the rest of the word or the next word. */
static int take_letters(struct settings *settings, struct variables *variables, const char *letters,
			const char *next, bool *ret_took_next, struct reason *why)
{
	int err = 0;

	for (; !err && *letters; letters++) {
		const char *value = NULL;
		size_t i = 0;

		while (i < OWN_COUNT && own_options[i].letter != *letters)
			i++;
		if (i == OWN_COUNT)
			return take_variable_letter(variables, letters, next, ret_took_next, why);
		if (!own_options[i].argument) {
			err = take_own(settings, (enum own_key)i, NULL, why);
			continue;
		}
		value = letters[1] ? letters + 1 : next;
		if (!value)
			return reason_set(why, -EINVAL, "-%c takes a value", *letters);
		*ret_took_next = !letters[1];
		return take_own(settings, (enum own_key)i, value, why);
	}
	return err;
}

int settings_start(struct settings *settings, struct variables *variables, struct reason *why)
{
	settings->process = -1;
	settings->frequency = 49;
	return rename_clashes(variables, why);
}

int settings_parse(struct settings *settings, struct variables *variables, int argc, char **argv,
		   struct reason *why)
{
	int err = 0;

	for (int i = 1; !err && i < argc; i++) {
		const char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
		bool took_next = false;

		if (word[0] == '-' && word[1] == '-' && word[2])
			err = take_long(settings, variables, word + 2, next, &took_next, why);
		else if (word[0] == '-' && word[1] && word[1] != '-')
			err = take_letters(settings, variables, word + 1, next, &took_next, why);
		else
			err = reason_set(why, -EINVAL, "'%s' is no option", word);
		i += took_next;
	}
	return err;
}

/* --- help --------------------------------------------------------------------------------------
 */

#define HELP_COLUMN 28

static void print_option(FILE *file, char letter, const char *name, const char *argument,
			 const char *help, const char *value)
{
	int width = letter ? fprintf(file, "  -%c, --%s", letter, name)
			   : fprintf(file, "      --%s", name);

	if (*argument)
		width += fprintf(file, " %s", argument);
	if (!*help && !*value) {
		fputc('\n', file);
		return;
	}
	if (width + 2 > HELP_COLUMN)
		fprintf(file, "\n%*s", HELP_COLUMN, "");
	else
		fprintf(file, "%*s", HELP_COLUMN - width, "");
	fputs(help, file);
	if (*value)
		fprintf(file, "%s(default: %s)", *help ? " " : "", value);
	fputc('\n', file);
}

/* Text from outside: a terminal obeys some characters. */
static const char *plain(char *text)
{
	for (char *at = text; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	}
	return text;
}

void settings_print_help(const char *tool, const struct defaults *defaults,
			 const struct variables *variables, FILE *file)
{
	bool has_any = false;

	fprintf(file, "Usage: %s [OPTION...]\n", tool);
	for (size_t i = 0; i < defaults->about_count; i++)
		fprintf(file, "%s%s\n", i ? "" : "\n", plain(defaults->about[i]));
	for (size_t i = 0; i < variables->count; i++) {
		const struct variable *variable = &variables->list[i];
		char argument[200], value[200];

		if (variables_find(variables, variable->option) != variable)
			continue; /* another object's */
		if (!has_any)
			fprintf(file, "\nOptions of %s:\n", tool);
		has_any = true;
		value_describe(variable, argument, sizeof(argument));
		value_print(variable, value, sizeof(value));
		print_option(file, variable->letter, variable->option, plain(argument),
			     variable->help ? plain(variable->help) : "", plain(value));
	}
	fprintf(file, "\n%s\n", has_any ? "Options of all tools:" : "Options:");
	for (size_t i = 0; i < OWN_COUNT; i++)
		print_option(file, own_options[i].letter, own_options[i].name,
			     own_options[i].argument ? own_options[i].argument : "",
			     own_options[i].help, "");
	fprintf(file, "\nExit status: 0 done; 1 failed; 2 wrong usage.\n");
}
