/* SPDX-License-Identifier: MIT */
/*
 * In: paths. Out: the list of kernels to work on.
 */
#include "embedder/engine/kernel_input.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/kernels/kernel_stream.h"
#include "runtime/kernel/machine.h"
#include "runtime/kernel/release.h"

void kernel_input_init(struct kernel_input *input, const struct engine_events *events)
{
	*input = (struct kernel_input){.events = events, .machine = ""};
	kernel_list_init(&input->list);
}

void kernel_input_free(struct kernel_input *input)
{
	kernel_list_free(&input->list);
}

void kernel_input_fail(struct kernel_input *input, const char *path, const char *why)
{
	engine_say(input->events, ENGINE_FAILURE, path, "%s", why);
	input->failures++;
}

static void count_skipped(void *context, const char *path, const char *why)
{
	kernel_input_fail(context, path, why);
}

void kernel_input_add(struct kernel_input *input, const char *path, const struct kernel_id *as)
{
	struct reason why = {""};

	if (kernel_list_add(&input->list, path, as, count_skipped, input, &why))
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
		kernel_file_clear(file);
	}
	dropped = list->count - kept;
	list->count = kept;
	return dropped;
}

void kernel_input_select(struct kernel_input *input, struct kernel_select *select)
{
	input->select = select;
	input->not_selected += keep(&input->list, is_selected, select);
}

void kernel_input_keep_machine(struct kernel_input *input, const char *machine)
{
	input->machine = machine;
	if (*machine)
		input->left_out += keep(&input->list, runs_program, (void *)machine);
}

bool kernel_input_wants(struct kernel_input *input, const struct kernel_id *id)
{
	if (input->select && !kernel_select_matches(input->select, id)) {
		input->not_selected++;
		return false;
	}
	if (*input->machine && !can_run(input->machine, id->machine)) {
		input->left_out++;
		return false;
	}
	return true;
}

bool kernel_input_leaves_out(const struct kernel_input *input, const struct kernel_file *file)
{
	struct release release;

	if (!input->leaves_out_own || file->origin != PACK_ORIGIN_KERNEL ||
	    !release_read(file->id.release, &release))
		return false;
	return release.numbers[0] > 5 || (release.numbers[0] == 5 && release.numbers[1] >= 4);
}

bool kernel_input_is_empty(const struct kernel_input *input)
{
	return !input->list.count && !input->list.source_count;
}

static bool wants(void *context, const struct kernel_id *id)
{
	return kernel_input_wants(context, id);
}

static void list_source(struct kernel_input *input, const struct kernel_source *source)
{
	struct kernel_stream_opts opts = {.want = wants, .skip = count_skipped, .context = input};
	struct kernel_stream *stream = NULL;
	struct kernel_file file = {.path = NULL};
	struct reason why = {""};
	int more = kernel_stream_open(source, &opts, &stream, &why);

	if (!more)
		more = 1;
	while (more > 0 && (more = kernel_stream_next(stream, &file, NULL, &why)) > 0) {
		if (kernel_list_take(&input->list, &file)) {
			reason_errno(&why, -ENOMEM, "cannot keep its kernels");
			more = -ENOMEM;
		}
	}
	if (more < 0)
		count_skipped(input, source->path, why.text);
	kernel_stream_close(stream);
}

void kernel_input_list_sources(struct kernel_input *input)
{
	for (size_t i = 0; i < input->list.source_count; i++)
		list_source(input, &input->list.sources[i]);
}
