/* SPDX-License-Identifier: MIT */
#include <linux/btf.h>
#include <stdbool.h>

#include "runtime/field/field_path.h"

static const struct {
	const char *word;
	uint32_t kind;
} keywords[] = {
	{"struct", BTF_KIND_STRUCT},
	{"union", BTF_KIND_UNION},
	{"enum", BTF_KIND_ENUM},
	{"typedef", BTF_KIND_TYPEDEF},
};

struct text {
	const char *at, *end;
};

/* Not isalnum(), which depends on the locale. */
static bool is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct text *text)
{
	while (text->at < text->end && is_blank(*text->at))
		text->at++;
}

static struct field_name take_name(struct text *text)
{
	struct field_name name = {.text = text->at};

	while (text->at < text->end && is_name_character(*text->at))
		text->at++;
	name.length = text->at - name.text;
	return name;
}

static bool is_word(const struct field_name *name, const char *word)
{
	return name->length == strlen(word) && memcmp(name->text, word, name->length) == 0;
}

/* "struct task_struct", or "task_struct" alone. */
static int read_root(struct text *text, struct field_path *path, struct reason *why)
{
	path->kind = BTF_KIND_STRUCT;
	path->root = take_name(text);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (!is_word(&path->root, keywords[i].word))
			continue;
		skip_blanks(text);
		path->kind = keywords[i].kind;
		path->root = take_name(text);
		break;
	}
	if (path->root.length)
		return 0;
	return reason_set(why, -EINVAL,
			  "a name of a type is expected, as in 'struct task_struct.pid'");
}

static int read_index(struct text *text, struct field_step *step, struct reason *why)
{
	uint64_t index = 0;
	const char *start = text->at;

	for (; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++) {
		index = index * 10 + (*text->at - '0');
		if (index > UINT32_MAX)
			return reason_set(why, -EINVAL, "an index of more than 32 bits");
	}
	if (text->at == start || text->at == text->end || *text->at != ']')
		return reason_set(why, -EINVAL, "a number and ']' are expected after '['");
	text->at++;
	step->index = index;
	return 0;
}

static int read_step(struct text *text, struct field_step *step, struct reason *why)
{
	char first = *text->at++;

	*step = (struct field_step){0};
	if (first == '[')
		return read_index(text, step, why);
	if (first != '.')
		return reason_set(why, -EINVAL, "'%.*s': '.' or '[' is expected here",
				  (int)(text->end - text->at < 20 ? text->end - text->at + 1 : 20),
				  text->at - 1);
	step->name = take_name(text);
	if (!step->name.length)
		return reason_set(why, -EINVAL, "a name is expected after '.'");
	return 0;
}

int field_path_read(const char *text, size_t length, struct field_path *ret_path,
		    struct reason *why)
{
	struct text left = {text, text + length};
	struct field_path path = {0};
	int err;

	while (left.end > left.at && is_blank(left.end[-1]))
		left.end--;
	skip_blanks(&left);
	err = read_root(&left, &path, why);
	while (!err && left.at < left.end) {
		if (path.step_count == FIELD_STEPS_MAX)
			return reason_set(why, -EINVAL, "more than %d steps", FIELD_STEPS_MAX);
		err = read_step(&left, &path.steps[path.step_count++], why);
	}
	if (!err && path.kind == BTF_KIND_ENUM &&
	    (path.step_count > 1 || (path.step_count && !path.steps[0].name.length)))
		err = reason_set(why, -EINVAL,
				 "an enum has enumerators and no fields: "
				 "enum NAME.ENUMERATOR");
	if (!err)
		*ret_path = path;
	return err;
}
