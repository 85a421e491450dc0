/* SPDX-License-Identifier: MIT */
#include "embedder/cli/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/jobs_option.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/memory_option.h"
#include "embedder/cli/modules_option.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/select_option.h"
#include "embedder/engine/kernel_pool.h"
#include "embedder/util/memory_budget.h"

int sources_init(struct sources *sources, int argc)
{
	*sources = (struct sources){
		.object_paths = calloc((size_t)argc + 1, sizeof(char *)),
		.jobs = kernel_pool_default_jobs(),
		.memory = memory_budget_default(),
		.modules = {.kind = MODULE_CHOICE_AUTO},
	};
	sources->kept = calloc((size_t)argc + 1, sizeof(*sources->kept));
	if (sources->object_paths && sources->kept && !kernel_paths_init(&sources->kernels, argc))
		return 0;
	report_failure(NULL, "out of memory");
	return -ENOMEM;
}

void sources_free(struct sources *sources)
{
	free(sources->object_paths);
	free(sources->kept);
	kernel_paths_free(&sources->kernels);
	kernel_select_clear(&sources->select);
	free(sources->module_names);
}

int sources_take(const struct command *command, struct sources *sources, int key, const char *value)
{
	switch (key) {
	case COMMAND_OPERAND:
		if (!sources->file)
			sources->file = value;
		else
			sources->object_paths[sources->object_count++] = value;
		return COMMAND_GO;
	case SOURCES_KERNELS:
		kernel_paths_add(&sources->kernels, value);
		return COMMAND_GO;
	case SOURCES_KEEP:
	case SOURCES_KEEP_FROM:
		sources->kept[sources->kept_count++] =
			(struct kept_text){value, key == SOURCES_KEEP_FROM};
		return COMMAND_GO;
	case SOURCES_AS:
		return kernel_paths_take_as(command, value, &sources->kernels);
	case SOURCES_MEMORY:
		return memory_option_take(command, value, &sources->memory);
	case SOURCES_MODULES:
		return modules_option_take(command, value, &sources->modules,
					   &sources->module_names);
	case SOURCES_SELECT:
		return select_option_take(command, value, &sources->select);
	case SOURCES_WITH_BTF:
		sources->with_btf = true;
		return COMMAND_GO;
	case 'j':
		return jobs_option_take(command, value, &sources->jobs);
	}
	return STATUS_USAGE; /* every option is named above, or by the command */
}

int sources_take_compression(const struct command *command, const char *value,
			     enum bundle_compression *ret_compression)
{
	if (strcmp(value, "none") != 0 && strcmp(value, "xz") != 0)
		return command_usage_error(command, "--compress is none or xz, not '%s'", value);
	*ret_compression = *value == 'x' ? BUNDLE_COMPRESSION_XZ : BUNDLE_COMPRESSION_NONE;
	return COMMAND_GO;
}

struct reason sources_swallowed_hint(const struct sources *sources)
{
	const struct kernel_paths *kernels = &sources->kernels;
	const char *last = kernels->count ? kernels->paths[kernels->count - 1].path : NULL;
	struct reason hint = {""};

	if (last)
		reason_set(&hint, 0,
			   ": all words behind --kernels are kernels, '%s' too; put it in front of "
			   "--kernels, or behind --",
			   last);
	return hint;
}

int sources_check(const struct command *command, struct sources *sources, const char *what)
{
	if (!sources->file)
		return command_usage_error(command, "no %s given%s", what,
					   sources_swallowed_hint(sources).text);
	kernel_paths_default(&sources->kernels);
	return kernel_paths_check(command, &sources->kernels);
}

int sources_read_objects(const struct sources *sources, struct object_input *objects)
{
	for (size_t i = 0; i < sources->kept_count; i++) {
		const struct kept_text *kept = &sources->kept[i];
		int err = kept->is_file ? object_input_keep_file(objects, kept->text)
					: object_input_keep(objects, kept->text);

		if (err)
			return err;
	}
	if (!sources->object_count && !sources->file) /* trim, with --keep alone */
		return 0;
	return object_input_add_all(objects, sources->object_paths, sources->object_count,
				    sources->file);
}

void sources_find_kernels(struct sources *sources, struct kernel_input *kernels)
{
	kernel_paths_find(&sources->kernels, kernels);
	kernel_list_sort(&kernels->list);
	kernel_input_select(kernels, &sources->select);
	kernels->modules = sources->modules;
}

int sources_check_output(const struct sources *sources, const struct kernel_input *kernels,
			 const char *output)
{
	int err = output_check(output, sources->object_paths, sources->object_count);

	for (size_t i = 0; !err && i < sources->kernels.count; i++)
		err = OUTPUT_CHECK(output, sources->kernels.paths[i].path);
	for (size_t i = 0; !err && i < kernels->list.count; i++)
		err = OUTPUT_CHECK(output, kernels->list.files[i].path);
	for (size_t i = 0; !err && i < kernels->list.source_count; i++)
		err = OUTPUT_CHECK(output, kernels->list.sources[i].path);
	return err;
}

int sources_trim_needed(const struct sources *sources, struct trimming *trimming,
			const char *output)
{
	const struct kernel_input *kernels = &trimming->kernels;
	int err;

	trimming->kernels.leaves_out_own = !sources->with_btf;
	err = trimming_run(trimming, sources->jobs, sources->memory);
	progress_end();
	if (err == -ENOENT && kernels->with_own && !kernels->failures)
		return 1;
	if (err && err != -ENOENT)
		report_failure(output, "nothing written: cannot trim: %s", strerror(-err));
	else
		kernel_notes_explain(kernels, trimming->trimmed, output, "nothing written: ");
	return err;
}

int sources_trim(const struct sources *sources, struct trimming *trimming, const char *output)
{
	int err = sources_trim_needed(sources, trimming, output);

	if (err <= 0)
		return err;
	kernel_notes_explain(&trimming->kernels, trimming->trimmed, output, "nothing written: ");
	return -ENOENT;
}
