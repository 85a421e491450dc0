// SPDX-License-Identifier: MIT
#include "embedder/cli/sources.h"

#include <errno.h>
#include <stdlib.h>

#include "embedder/cli/jobs_option.h"
#include "embedder/cli/kernel_pool.h"
#include "embedder/cli/report.h"
#include "embedder/cli/select_option.h"

int sources_init(struct sources *sources, int argc)
{
	*sources = (struct sources){
		.object_paths = calloc((size_t)argc + 1, sizeof(char *)),
		.kernel_paths = calloc((size_t)argc + 1, sizeof(char *)),
		.jobs = kernel_pool_default_jobs(),
	};
	if (sources->object_paths && sources->kernel_paths)
		return 0;
	report_failure(NULL, "out of memory");
	return -ENOMEM;
}

void sources_free(struct sources *sources)
{
	free(sources->object_paths);
	free(sources->kernel_paths);
	kernel_select_clear(&sources->select);
}

int sources_take(const struct command *command, struct sources *sources, int key,
		 const char *value)
{
	switch (key) {
	case COMMAND_OPERAND:
		if (!sources->file)
			sources->file = value;
		else
			sources->object_paths[sources->object_count++] = value;
		return COMMAND_GO;
	case SOURCES_KERNELS:
		sources->kernel_paths[sources->kernel_count++] = value;
		return COMMAND_GO;
	case SOURCES_SELECT:
		return select_option_take(command, value, &sources->select);
	case 'j':
		return jobs_option_take(command, value, &sources->jobs);
	}
	return STATUS_USAGE; /* every option is named above, or by the command */
}

int sources_check(const struct command *command, const struct sources *sources, const char *what)
{
	if (!sources->file)
		return command_usage_error(command, "no %s given", what);
	if (!sources->kernel_count)
		return command_usage_error(command, "no kernels given (--kernels PATH)");
	return COMMAND_GO;
}

int sources_read_objects(const struct sources *sources, struct object_input *ret_objects)
{
	int err = object_input_init(ret_objects);

	if (!err && !sources->object_count)
		err = object_input_add_embedded(ret_objects, sources->file);
	for (size_t i = 0; !err && i < sources->object_count; i++)
		err = object_input_add_file(ret_objects, sources->object_paths[i]);
	if (!err)
		object_input_note_empty(ret_objects);
	return err;
}

void sources_find_kernels(struct sources *sources, struct kernel_input *kernels)
{
	for (size_t i = 0; i < sources->kernel_count; i++)
		kernel_input_add(kernels, sources->kernel_paths[i]);
	kernel_list_sort(&kernels->list);
	kernel_input_select(kernels, &sources->select);
}
