/* SPDX-License-Identifier: MIT */
/*
 * In: the expressions of --select, and kernels. Out: which kernels are wanted.
 *
 * An expression is cut up once, into a copy of its text; the numbers of a version are read then as
 * well. A wrong expression is reported before the first file is read.
 */
#include "embedder/kernels/kernel_select.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runtime/kernel/distro.h"
#include "runtime/kernel/machine.h"
#include "runtime/kernel/release.h"
#include "runtime/util/array.h"

enum select_key { KEY_ARCH, KEY_OS, KEY_RELEASE };

static const char *const key_names[] = {"arch", "os", "release"};

enum select_relation { IS, BELOW, UP_TO, ABOVE, FROM };

static const char *const operator_names[] = {"=", "<", "<=", ">", ">="};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define OPERATOR_LETTERS "<>=!"

struct select_condition {
	enum select_key key;
	enum select_relation relation;
	const char *pattern;	     /* the text after the operator; of an os, its id */
	const char *version_pattern; /* of an os; NULL: any version */
	struct distro distro;	     /* of an os: both patterns, normalised */
	struct release bound;	     /* of a release that is not to be equal */
};

static void expression_clear(struct select_expression *expression)
{
	free(expression->text);
	free(expression->conditions);
	free(expression->words);
}

static bool is_pattern(const char *text)
{
	return text[strcspn(text, "*?[")];
}

/* Whether @word, of @length letters, is one of the @names; gives its place among them. */
static bool find_name(const char *const *names, size_t count, const char *word, size_t length,
		      unsigned int *ret_index)
{
	for (unsigned int i = 0; i < count; i++) {
		if (strlen(names[i]) == length && strncmp(names[i], word, length) == 0) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

/* Numbers only: a word would not be compared, though the user expects that it is. */
static int read_bound(const char *text, struct release *bound, struct reason *why)
{
	const char *at = text;

	for (;;) {
		size_t digits = strspn(at, "0123456789");

		if (!digits || (at[digits] && !strchr(".-+~", at[digits])))
			return reason_set(
				why, -EINVAL,
				"'%s' is not a version: only numbers, like 5.4 or 5.4.0-58", text);
		if (digits > 18 || bound->number_count == RELEASE_NUMBERS)
			return reason_set(why, -EINVAL, "'%s' has too long or too many numbers",
					  text);
		bound->numbers[bound->number_count++] = strtoull(at, NULL, 10);
		if (!at[digits])
			return 0;
		at += digits + 1;
	}
}

static int read_os(char *value, struct select_condition *condition, struct reason *why)
{
	char *colon = strchr(value, ':');

	if (colon) {
		*colon = '\0';
		condition->version_pattern = colon + 1;
	}
	if (!*value || (colon && (!colon[1] || strchr(colon + 1, ':'))))
		return reason_set(why, -EINVAL,
				  "an os is ID or ID:VERSION, like debian or ubuntu:20.04");
	/* No distribution has a longer name, and normalising one makes it empty. */
	if (strlen(value) >= DISTRO_NAME_SIZE || (colon && strlen(colon + 1) >= DISTRO_NAME_SIZE))
		return reason_set(why, -EINVAL, "the name of the os is longer than %d letters",
				  DISTRO_NAME_SIZE - 1);
	distro_normalise(value, colon ? colon + 1 : "", &condition->distro);
	/* "20.*" must not be cut to "20". */
	if (colon && is_pattern(colon + 1))
		strcpy(condition->distro.version, colon + 1);
	return 0;
}

static int read_arch(const char *value, struct select_condition *condition, struct reason *why)
{
	if (is_pattern(value))
		return 0;
	if (!machine_is_known(value))
		return reason_set(why, -EINVAL, "unknown machine '%s'", value);
	condition->pattern = machine_canonical(value);
	return 0;
}

static int read_key(const char *text, size_t length, const struct select_condition *before,
		    enum select_key *ret_key, struct reason *why)
{
	unsigned int index;

	if (!length && before) {
		*ret_key = before->key;
		return 0;
	}
	if (!text[length])
		return reason_set(why, -EINVAL,
				  "'%s' is no condition, like release=5.4.* or os=debian:12", text);
	if (!length)
		return reason_set(why, -EINVAL, "no key in front of '%s'", text);
	if (!find_name(key_names, COUNT_OF(key_names), text, length, &index))
		return reason_set(why, -EINVAL,
				  "unknown key '%.*s' (there are arch, os and release)",
				  (int)length, text);
	*ret_key = index;
	return 0;
}

static int read_relation(const char *text, size_t length, enum select_key key,
			 enum select_relation *ret_relation, struct reason *why)
{
	unsigned int index;

	if (length == 2 && strncmp(text, "!=", 2) == 0)
		return reason_set(why, -EINVAL,
				  "'!=' is no operator: to exclude, write ! in front of "
				  "the whole expression");
	if (!find_name(operator_names, COUNT_OF(operator_names), text, length, &index))
		return reason_set(why, -EINVAL, "'%.*s' is no operator (there are = < <= > >=)",
				  (int)length, text);
	if (index != IS && key != KEY_RELEASE)
		return reason_set(why, -EINVAL,
				  "'%.*s' is only for release; %s takes =", (int)length, text,
				  key_names[key]);
	*ret_relation = index;
	return 0;
}

/* @before: the condition before in the expression, or NULL. @text is written to. */
static int read_condition(char *text, const struct select_condition *before,
			  struct select_condition *condition, struct reason *why)
{
	size_t key_length = strcspn(text, OPERATOR_LETTERS);
	char *sign = text + key_length;
	size_t sign_length = strspn(sign, OPERATOR_LETTERS);
	char *value = sign + sign_length;
	int err;

	if (!*text)
		return reason_set(why, -EINVAL, "a condition is empty");
	if (*text == '!')
		return reason_set(why, -EINVAL,
				  "'!' excludes a whole expression: write it once, at the start");
	err = read_key(text, key_length, before, &condition->key, why);
	if (!err)
		err = read_relation(sign, sign_length, condition->key, &condition->relation, why);
	if (err)
		return err;
	if (!*value)
		return reason_set(why, -EINVAL, "nothing follows '%s'", text);
	condition->pattern = value;
	if (condition->relation != IS)
		return read_bound(value, &condition->bound, why);
	if (condition->key == KEY_OS)
		return read_os(value, condition, why);
	return condition->key == KEY_ARCH ? read_arch(value, condition, why) : 0;
}

/* What is between two commas, all of it: strtok() would pass over an empty one. */
static char *next_condition(char **rest)
{
	char *start = *rest, *comma = strchr(start, ',');

	*rest = comma ? comma + 1 : NULL;
	if (comma)
		*comma = '\0';
	return start;
}

static int read_expression(const char *text, struct select_expression *expression,
			   struct reason *why)
{
	size_t count = 1;
	char *rest;

	for (const char *at = text; *at; at++) {
		if ((unsigned char)*at <= ' ' || *at == 0x7f)
			return reason_set(why, -EINVAL,
					  "there is a space or a control character in it");
		count += *at == ',';
	}
	expression->excludes = *text == '!';
	expression->text = strdup(text);
	expression->words = strdup(text + expression->excludes);
	expression->conditions = calloc(count, sizeof(*expression->conditions));
	if (!expression->text || !expression->words || !expression->conditions)
		return reason_errno(why, -ENOMEM, "cannot keep it");
	for (rest = expression->words; rest; expression->condition_count++) {
		struct select_condition *condition =
			&expression->conditions[expression->condition_count];
		int err = read_condition(next_condition(&rest),
					 expression->condition_count ? condition - 1 : NULL,
					 condition, why);

		if (err)
			return err;
	}
	return 0;
}

int kernel_select_add(struct kernel_select *select, const char *text, struct reason *why)
{
	_cleanup_(expression_clear) struct select_expression expression = {0};
	int err = read_expression(text, &expression, why);

	if (err)
		return err;
	if (array_reserve(select->expressions, select->capacity, select->count + 1))
		return reason_errno(why, -ENOMEM, "cannot keep it");
	select->expressions[select->count++] = expression;
	expression = (struct select_expression){0};
	return 0;
}

static bool fits(const char *pattern, const char *text)
{
	return fnmatch(pattern, text, 0) == 0;
}

static bool os_fits(const struct select_condition *condition, const struct kernel_id *id)
{
	const char *version = condition->version_pattern;
	struct distro distro;

	distro_normalise(id->os_id, id->version_id, &distro);
	if (!fits(condition->pattern, id->os_id) && !fits(condition->distro.id, distro.id))
		return false;
	/* Not with both normalised: 8.4 and 8.6 would both be 8. */
	return !version || fits(version, id->version_id) || fits(version, distro.version) ||
	       fits(condition->distro.version, id->version_id);
}

static bool release_fits(const struct select_condition *condition, const char *text)
{
	struct release release;
	int order;

	if (condition->relation == IS)
		return fits(condition->pattern, text);
	if (!release_read(text, &release))
		return false;
	/* As many numbers as the bound has; those behind the release's own are 0. */
	release.number_count = condition->bound.number_count;
	order = release_compare(&release, &condition->bound);
	switch (condition->relation) {
	case BELOW:
		return order < 0;
	case UP_TO:
		return order <= 0;
	case ABOVE:
		return order > 0;
	default:
		return order >= 0;
	}
}

static bool condition_fits(const struct select_condition *condition, const struct kernel_id *id)
{
	switch (condition->key) {
	case KEY_ARCH:
		return fits(condition->pattern, id->machine);
	case KEY_OS:
		return os_fits(condition, id);
	default:
		return release_fits(condition, id->release);
	}
}

bool kernel_select_matches(struct kernel_select *select, const struct kernel_id *id)
{
	bool excluded = false, taken = false, all = true;

	for (size_t i = 0; i < select->count; i++) {
		struct select_expression *expression = &select->expressions[i];
		bool holds = true;

		for (size_t k = 0; k < expression->condition_count && holds; k++)
			holds = condition_fits(&expression->conditions[k], id);
		expression->taken += holds;
		if (expression->excludes) {
			excluded |= holds;
		} else {
			taken |= holds;
			all = false;
		}
	}
	return (all || taken) && !excluded;
}

void kernel_select_clear(struct kernel_select *select)
{
	for (size_t i = 0; i < select->count; i++)
		expression_clear(&select->expressions[i]);
	free(select->expressions);
	*select = (struct kernel_select){0};
}
