// SPDX-License-Identifier: MIT
/*
 * In: the paths after --kernels. Out: the list of kernels to trim for.
 */
#include "embedder/cli/kernel_input.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/report.h"
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

void kernel_input_keep_machine(struct kernel_input *input, const struct executable_info *target)
{
	const char *machine =
		machine_from_elf(target->machine, target->is_64bit, target->big_endian);
	struct kernel_list *list = &input->list;
	size_t kept = 0;

	if (!*machine)
		return; /* not known: nothing can be said against any */
	for (size_t i = 0; i < list->count; i++) {
		struct kernel_file *file = &list->files[i];

		if (can_run(machine, file->id.machine)) {
			list->files[kept++] = *file;
			continue;
		}
		kernel_id_clear(&file->id);
		free(file->path);
	}
	input->left_out += list->count - kept;
	list->count = kept;
}
