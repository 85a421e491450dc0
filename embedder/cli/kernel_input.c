// SPDX-License-Identifier: MIT
/*
 * In: the paths after --kernels. Out: the list of kernels to trim for.
 */
#include "embedder/cli/kernel_input.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/report.h"
#include "embedder/cli/text.h"
#include "embedder/kernels/kernel_path.h"
#include "runtime/kernel/machine.h"

void kernel_input_init(struct kernel_input *input)
{
	*input = (struct kernel_input){0};
	kernel_list_init(&input->list);
}

void kernel_input_free(struct kernel_input *input)
{
	kernel_list_free(&input->list);
}

static void count_skipped(void *context, const char *path, const char *why)
{
	struct kernel_input *input = context;

	report_failure(path, "%s", why);
	input->failures++;
}

void kernel_input_add(struct kernel_input *input, const char *path)
{
	struct reason why = {""};

	if (kernel_list_add(&input->list, path, count_skipped, input, &why))
		count_skipped(input, path, why.text);
}

/* A 32-bit program also runs on the kernel of the 64-bit machine. */
static bool can_run(const char *machine, const char *kernel_machine)
{
	const char *sibling = machine_64bit_sibling(machine);

	return strcmp(machine, kernel_machine) == 0 ||
	       (sibling && strcmp(sibling, kernel_machine) == 0);
}

static bool runs_program(void *context, const struct kernel_id *id)
{
	return can_run(context, id->machine);
}

static bool is_selected(void *context, const struct kernel_id *id)
{
	return kernel_select_matches(context, id);
}

/* Returns how many were not kept. */
static size_t keep(struct kernel_list *list, bool (*is_kept)(void *, const struct kernel_id *),
		   void *context)
{
	size_t kept = 0, dropped;

	for (size_t i = 0; i < list->count; i++) {
		struct kernel_file *file = &list->files[i];

		if (is_kept(context, &file->id)) {
			list->files[kept++] = *file;
			continue;
		}
		kernel_id_clear(&file->id);
		free(file->path);
	}
	dropped = list->count - kept;
	list->count = kept;
	return dropped;
}

void kernel_input_select(struct kernel_input *input, struct kernel_select *select)
{
	if (!input->list.count)
		return;
	input->not_selected += keep(&input->list, is_selected, select);
	for (size_t i = 0; i < select->count; i++) {
		const struct select_expression *expression = &select->expressions[i];

		if (!expression->taken)
			report_note("note: --select '%s' %s no kernel", expression->text,
				    expression->excludes ? "excludes" : "takes");
	}
}

void kernel_input_note_not_selected(const struct kernel_input *input)
{
	if (input->not_selected)
		report_note("%s kernel%s left out by --select",
			    text_count(input->not_selected).text, text_plural(input->not_selected));
}

void kernel_input_keep_machine(struct kernel_input *input, const struct executable_info *target)
{
	const char *machine =
		machine_from_elf(target->machine, target->is_64bit, target->big_endian);

	if (*machine) /* else nothing can be said against any */
		input->left_out += keep(&input->list, runs_program, (void *)machine);
}
