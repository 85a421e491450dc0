/* SPDX-License-Identifier: MIT */
/* The lines that a package says of a tool: what becomes of them, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/options/settings.h"

/* Two objects' variables, as variables_collect() makes them. */
static void make_variables(struct variables *variables)
{
	static const char *const names[] = {"targ_pid", "all", "targ_pid"};

	variables->list = calloc(3, sizeof(*variables->list));
	for (size_t i = 0; i < 3; i++) {
		struct variable *variable = &variables->list[variables->count++];

		variable->object = i / 2;
		variable->name = strdup(names[i]);
		variable->option = strdup(i == 1 ? "all" : "targ-pid");
		variable->kind = i == 1 ? VARIABLE_FLAG : VARIABLE_INTEGER;
		variable->is_signed = true;
		variable->size = i == 1 ? 1 : 4;
		variable->value = calloc(1, 8);
	}
}

struct tool {
	struct variables variables;
	struct defaults defaults;
	struct settings settings;
	struct reason why;
};

static int start(struct tool *tool, const char *lines)
{
	int err;

	*tool = (struct tool){0};
	make_variables(&tool->variables);
	err = settings_start(&tool->settings, &tool->variables, &tool->why);
	if (!err)
		err = defaults_read(&tool->defaults, lines, &tool->variables, &tool->why);
	if (!err)
		err = settings_parse(&tool->settings, &tool->variables,
				     tool->defaults.word_count + 1, tool->defaults.words,
				     &tool->why);
	return err;
}

static int give(struct tool *tool, char *word)
{
	char *argv[] = {"tool", word, NULL};

	return settings_parse(&tool->settings, &tool->variables, 2, argv, &tool->why);
}

static int value(const struct tool *tool, size_t number)
{
	int result;

	memcpy(&result, tool->variables.list[number].value, sizeof(result));
	return result;
}

static void end(struct tool *tool)
{
	settings_free(&tool->settings);
	defaults_free(&tool->defaults);
	variables_free(&tool->variables);
}

static void no_lines(void **state)
{
	struct tool tool;

	assert_int_equal(start(&tool, ""), 0);
	assert_int_equal(give(&tool, "--targ-pid=7"), 0);
	assert_int_equal(value(&tool, 0), 7);
	assert_int_equal(value(&tool, 2), 7); /* the other object's, too */
	end(&tool);
}

static void all_lines(void **state)
{
	char *text = NULL;
	size_t size = 0;
	struct tool tool;
	FILE *file;

	assert_int_equal(start(&tool, "about What it is for\n"
				      "about and more\n"
				      "version 1.2\n"
				      "option targ_pid my_pid\n"
				      "letter targ_pid p\n"
				      "help targ_pid only this one\n"
				      "help no_such one\n"
				      "argument --my-pid=42\n"
				      "argument --map=a=log2:us\n"
				      "argument --interval=1.500\n"),
			 0);
	assert_string_equal(tool.defaults.version, "1.2");
	assert_int_equal(value(&tool, 0), 42);
	assert_int_equal(value(&tool, 2), 42);
	assert_string_equal(settings_find(&tool.settings.maps, "a"), "log2:us");
	file = open_memstream(&text, &size);
	settings_print_help("tool", &tool.defaults, &tool.variables, file);
	fclose(file);
	assert_non_null(strstr(text, "\nWhat it is for\nand more\n"));
	assert_non_null(strstr(text, "  -p, --my-pid N            only this one (default: 42)\n"));
	free(text);
	/* The command line comes later, and holds. */
	assert_int_equal(give(&tool, "-p3"), 0);
	assert_int_equal(value(&tool, 0), 3);
	assert_int_equal(give(&tool, "--map=a=table"), 0);
	assert_string_equal(settings_find(&tool.settings.maps, "a"), "table");
	assert_int_equal(give(&tool, "--targ-pid=1"), -EINVAL); /* it has another name now */
	end(&tool);
}

static void bad_lines(void **state)
{
	static const char *const lines[] = {
		"\n",
		"about\n",
		"unknown x\n",
		"option targ_pid\n",
		"option \n",
		"letter x \n",
		"help targ_pid \n",
		"argument --no-such=1\n",
		"argument --interval=x\n",
		"argument word\n",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct tool tool;

		assert_true(start(&tool, lines[i]) < 0);
		assert_true(*tool.why.text);
		end(&tool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_lines),
		cmocka_unit_test(all_lines),
		cmocka_unit_test(bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
