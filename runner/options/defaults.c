/* SPDX-License-Identifier: MIT */
#include "runner/options/defaults.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of all objects of a tool. */
#define LINES_MAX 10000

void defaults_free(struct defaults *defaults)
{
	free(defaults->text);
	free(defaults->words);
	free(defaults->about);
	*defaults = (struct defaults){0};
}

static int out_of_memory(struct reason *why)
{
	return reason_set(why, -ENOMEM, "out of memory");
}

static int bad_line(const char *line, struct reason *why)
{
	return reason_set(why, -EBADMSG,
			  "the tool's defaults: '%.80s' is not understood: it was made by a newer "
			  "corebtf, or is damaged",
			  line);
}

/* The first word of @rest; *@ret_rest is what follows the blank. */
static char *take_word(char **rest)
{
	char *word = strsep(rest, " ");

	return word && *word && *rest ? word : NULL;
}

/* Replaces an owned string. */
static int replace(char **text, const char *with, struct reason *why)
{
	char *copy = strdup(with);

	if (!copy)
		return out_of_memory(why);
	free(*text);
	*text = copy;
	return 0;
}

/* A name with dashes, as options have it. */
static int set_option(struct variable *variable, const char *option, struct reason *why)
{
	int err = replace(&variable->option, option, why);

	for (char *at = variable->option; !err && *at; at++) {
		if (*at == '_')
			*at = '-';
	}
	return err;
}

/* A line about a variable; those that no object has make no option and are no error. */
static int tell_variable(struct variables *variables, const char *key, char *rest, const char *line,
			 struct reason *why)
{
	const char *name = take_word(&rest);
	int err = 0;

	if (!name || !*rest)
		return bad_line(line, why);
	for (size_t i = 0; !err && i < variables->count; i++) {
		struct variable *variable = &variables->list[i];

		if (strcmp(variable->name, name) != 0)
			continue;
		if (strcmp(key, "letter") == 0)
			variable->letter = *rest;
		else if (strcmp(key, "help") == 0)
			err = replace(&variable->help, rest, why);
		else
			err = set_option(variable, rest, why);
	}
	return err;
}

static int take_line(struct defaults *defaults, char *line, struct variables *variables,
		     struct reason *why)
{
	char copy[100], *rest = line;
	const char *key;

	snprintf(copy, sizeof(copy), "%s", line);
	key = take_word(&rest);
	if (!key)
		return bad_line(copy, why);
	if (strcmp(key, "argument") == 0)
		defaults->words[++defaults->word_count] = rest;
	else if (strcmp(key, "about") == 0)
		defaults->about[defaults->about_count++] = rest;
	else if (strcmp(key, "version") == 0)
		defaults->version = rest;
	else if (strcmp(key, "option") == 0 || strcmp(key, "letter") == 0 ||
		 strcmp(key, "help") == 0)
		return tell_variable(variables, key, rest, copy, why);
	else
		return bad_line(copy, why);
	return 0;
}

int defaults_read(struct defaults *defaults, const char *text, struct variables *variables,
		  struct reason *why)
{
	size_t lines = 0;
	char *left, *line;
	int err = 0;

	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	if (lines > LINES_MAX)
		return reason_set(why, -EBADMSG, "the tool's defaults: more than %d lines",
				  LINES_MAX);
	defaults->text = strdup(text);
	defaults->words = calloc(lines + 2, sizeof(*defaults->words));
	defaults->about = calloc(lines + 1, sizeof(*defaults->about));
	if (!defaults->text || !defaults->words || !defaults->about)
		return out_of_memory(why);
	left = defaults->text;
	for (size_t i = 0; !err && i < lines; i++) {
		line = strsep(&left, "\n");
		err = take_line(defaults, line, variables, why);
	}
	return err;
}
