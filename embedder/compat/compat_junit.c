/* SPDX-License-Identifier: MIT */
#include "embedder/compat/compat_junit.h"

#include <string.h>

#include "embedder/compat/compat_text.h"
#include "embedder/util/text.h"

/* Text in an attribute or an element. XML has no way to write most control characters. */
static void escaped(FILE *file, const char *text)
{
	while (*text) {
		size_t length = text_character_length(text);
		unsigned char first = (unsigned char)*text;

		if (!length || (first < 0x20 && first != '\n' && first != '\t'))
			fputs("\xef\xbf\xbd", file); /* U+FFFD */
		else if (strchr("<>&\"", first))
			fprintf(file, "&#%u;", first);
		else
			fwrite(text, 1, length, file);
		text += length ? length : 1;
	}
}

static void attribute(FILE *file, const char *name, const char *value)
{
	fprintf(file, " %s=\"", name);
	escaped(file, value);
	fputc('"', file);
}

static void write_case(const struct compat *compat, size_t object, size_t kernel,
		       enum compat_state fail_on, const struct compat_problems *problems,
		       FILE *file)
{
	enum compat_state state = compat_object_state(compat, object, kernel);
	const char *separator = "";

	fputs("  <testcase", file);
	attribute(file, "classname", compat->kernels[kernel].name);
	attribute(file, "name", compat->objects[object].name);
	if (state == COMPAT_NO_ANSWER) {
		fputs("><skipped", file);
		attribute(file, "message",
			  compat->kernels[kernel].error
				  ? compat->kernels[kernel].error
				  : "the object is for kernels of the other byte order");
		fputs("/></testcase>\n", file);
		return;
	}
	if (state < fail_on) {
		fputs("/>\n", file);
		return;
	}
	fputs("><failure", file);
	attribute(file, "type", compat_state_name(state));
	attribute(file, "message", compat_state_name(state));
	fputc('>', file);
	for (size_t i = 0; i < problems->count; i++) {
		const struct compat_problem *problem = &problems->list[i];
		const struct compat_program *program = &compat->programs[problem->program];

		if (program->object != object || !problem->is_in[kernel])
			continue;
		fputs(separator, file);
		escaped(file, program->function->name);
		fputs(": ", file);
		escaped(file, problem->text);
		escaped(file, *problem->hint ? "; " : "");
		escaped(file, problem->hint);
		separator = "\n";
	}
	fputs("</failure></testcase>\n", file);
}

static void write_suite(const struct compat *compat, size_t kernel, enum compat_state fail_on,
			const struct compat_problems *problems, FILE *file)
{
	size_t failures = 0, skipped = 0;

	for (size_t i = 0; i < compat->object_count; i++) {
		enum compat_state state = compat_object_state(compat, i, kernel);

		skipped += state == COMPAT_NO_ANSWER;
		failures += state != COMPAT_NO_ANSWER && state >= fail_on;
	}
	fputs(" <testsuite", file);
	attribute(file, "name", compat->kernels[kernel].name);
	fprintf(file, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\">\n",
		compat->object_count, failures, skipped);
	for (size_t i = 0; i < compat->object_count; i++)
		write_case(compat, i, kernel, fail_on, problems, file);
	fputs(" </testsuite>\n", file);
}

int compat_junit_write(const struct compat *compat, enum compat_state fail_on, FILE *file)
{
	struct compat_problems problems = {0};
	int err = compat_problems_find(compat, fail_on, &problems);

	if (err)
		return err;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"corebtf report\">\n",
	      file);
	for (size_t i = 0; i < compat->kernel_count; i++)
		write_suite(compat, i, fail_on, &problems, file);
	fputs("</testsuites>\n", file);
	compat_problems_free(&problems);
	return 0;
}
