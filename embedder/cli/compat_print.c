/* SPDX-License-Identifier: MIT */
/*
 * In: the states of programs on kernels. Out: text, the worst first.
 */
#include "embedder/cli/compat_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedder/cli/table.h"
#include "embedder/compat/compat_text.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

static const char *const colours[COMPAT_STATES] = {"32", "36", "33", "31", "90"};

/* NO_COLOR: no-color.org. */
static bool has_colour(void)
{
	const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && terminal && *terminal && strcmp(terminal, "dumb") != 0 &&
	       !(no_colour && *no_colour);
}

/* --- the table -------------------------------------------------------------------------------- */

struct row {
	size_t object;
	size_t counts[COMPAT_STATES]; /* kernels */
};

static enum compat_state worst_of(const struct row *row)
{
	for (int state = COMPAT_BREAKS; state > COMPAT_WORKS; state--)
		if (row->counts[state])
			return state;
	return COMPAT_WORKS;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	for (int state = COMPAT_BREAKS; state > COMPAT_WORKS; state--)
		if (x->counts[state] != y->counts[state])
			return x->counts[state] > y->counts[state] ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

static struct row *count_rows(const struct compat *compat)
{
	struct row *rows = calloc(compat->object_count + 1, sizeof(*rows));

	for (size_t i = 0; rows && i < compat->object_count; i++) {
		rows[i].object = i;
		for (size_t k = 0; k < compat->kernel_count; k++)
			rows[i].counts[compat_object_state(compat, i, k)]++;
	}
	if (rows)
		qsort(rows, compat->object_count, sizeof(*rows), compare_rows);
	return rows;
}

static int add_row(struct table *table, const struct compat *compat, const struct row *row)
{
	enum compat_state worst = worst_of(row);
	_cleanup_free_ uint8_t *is_in = calloc(compat->kernel_count + 1, 1);
	_cleanup_free_ char *kernels = NULL;
	int err = table_add(table, compat->objects[row->object].name);

	for (int state = COMPAT_WORKS; !err && state <= COMPAT_BREAKS; state++)
		err = table_add(table,
				row->counts[state] ? text_count(row->counts[state]).text : "-");
	if (err || !is_in)
		return -ENOMEM;
	for (size_t i = 0; i < compat->kernel_count; i++)
		is_in[i] = compat_object_state(compat, row->object, i) == worst;
	if (worst > COMPAT_GUARDED) {
		kernels = compat_kernels_text(compat, is_in);
		if (!kernels)
			return -ENOMEM;
	}
	return table_add(table, kernels ? kernels : "");
}

/* The table's lines, each in the colour of its row's state. */
static int print_in_colour(const struct table *table, const struct row *rows)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0, number = 0;
	FILE *file = open_memstream(&text, &size);
	char *rest = NULL;

	if (!file)
		return -ENOMEM;
	table_print(table, file);
	if (fclose(file))
		return -ENOMEM;
	for (char *line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest), number++) {
		if (number)
			printf("\033[%sm%s\033[0m\n", colours[worst_of(&rows[number - 1])], line);
		else
			printf("\033[1m%s\033[0m\n", line);
	}
	return 0;
}

static int print_table(const struct compat *compat)
{
	_cleanup_free_ struct row *rows = count_rows(compat);
	_cleanup_(table_free) struct table table;
	static const char *const headings[] = {"object",  ">works",  ">guarded",
					       ">unsure", ">breaks", "on"};
	size_t count = sizeof(headings) / sizeof(headings[0]);
	int err = rows ? 0 : -ENOMEM;

	table_init(&table, count);
	for (size_t i = 0; !err && i < count; i++)
		err = table_add(&table, headings[i]);
	for (size_t i = 0; !err && i < compat->object_count; i++)
		err = add_row(&table, compat, &rows[i]);
	if (!err && has_colour())
		return print_in_colour(&table, rows);
	if (!err)
		table_print(&table, stdout);
	return err;
}

/* --- problems --------------------------------------------------------------------------------- */

static int print_problem(const struct compat *compat, const struct compat_problem *problem)
{
	const struct compat_program *program = &compat->programs[problem->program];
	_cleanup_free_ char *kernels = compat_kernels_text(compat, problem->is_in);
	_cleanup_free_ char *says = text_printable(problem->text);
	_cleanup_free_ char *hint = text_printable(problem->hint);
	_cleanup_free_ char *name = text_printable(compat->objects[program->object].name);
	_cleanup_free_ char *where = kernels ? text_printable(kernels) : NULL;
	_cleanup_free_ char *function = text_printable(program->function->name);
	const char *colour = has_colour() ? colours[problem->state] : NULL;

	if (!says || !hint || !name || !where || !function)
		return -ENOMEM;
	printf("%s: %s: %s%s%s%s%s on %zu kernel%s: %s%s%s; on %s\n", name, function,
	       colour ? "\033[" : "", colour ? colour : "", colour ? "m" : "",
	       compat_state_name(problem->state), colour ? "\033[0m" : "", problem->kernel_count,
	       text_plural(problem->kernel_count), says, *hint ? "; " : "", hint, where);
	return 0;
}

static int print_problems(const struct compat *compat, enum compat_state least)
{
	_cleanup_(compat_problems_free) struct compat_problems problems = {0};
	int err = compat_problems_find(compat, least, &problems);

	for (size_t i = 0; !err && i < problems.count; i++)
		err = print_problem(compat, &problems.list[i]);
	return err;
}

int compat_print(const struct compat *compat, bool everything)
{
	int err = 0;

	if (isatty(STDOUT_FILENO) || everything)
		err = print_table(compat);
	if (!err && (everything || !isatty(STDOUT_FILENO)))
		err = print_problems(compat, everything ? COMPAT_GUARDED : COMPAT_UNSURE);
	return err;
}
