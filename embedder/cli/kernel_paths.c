/* SPDX-License-Identifier: MIT */
#include "embedder/cli/kernel_paths.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/report.h"
#include "embedder/cli/shipped.h"
#include "embedder/hub/cache.h"
#include "embedder/util/cleanup.h"

int kernel_paths_init(struct kernel_paths *paths, int argc)
{
	*paths = (struct kernel_paths){
		.paths = calloc((size_t)argc + 1, sizeof(*paths->paths)),
		.as = calloc((size_t)argc + 1, sizeof(*paths->as)),
	};
	return paths->paths && paths->as ? 0 : -ENOMEM;
}

void kernel_paths_free(struct kernel_paths *paths)
{
	for (size_t i = 0; i < paths->as_count; i++)
		kernel_id_clear(&paths->as[i]);
	free(paths->paths);
	free(paths->as);
	*paths = (struct kernel_paths){0};
}

void kernel_paths_add(struct kernel_paths *paths, const char *path)
{
	paths->paths[paths->count++] = (struct kernel_path_option){path, paths->as_count};
}

void kernel_paths_default(struct kernel_paths *paths)
{
	if (!paths->count && !paths->as_count)
		kernel_paths_add(paths, NULL);
}

int kernel_paths_take_as(const struct command *command, const char *value,
			 struct kernel_paths *paths)
{
	struct reason why = {""};
	int err = kernel_as_parse(value, &paths->as[paths->as_count], &why);

	if (!err) {
		paths->as_count++;
		return COMMAND_GO;
	}
	if (err == -EINVAL)
		return command_usage_error(command,
					   "--as '%s': %s; for example "
					   "'os=debian:12,release=6.1.0-13-amd64,machine=x86_64'",
					   value, why.text);
	report_failure(command->name, "--as: %s", why.text);
	return STATUS_FAILED;
}

int kernel_paths_check(const struct command *command, const struct kernel_paths *paths)
{
	for (size_t as = 1; as <= paths->as_count; as++) {
		bool is_used = false;

		for (size_t i = 0; i < paths->count; i++)
			is_used |= paths->paths[i].as == as;
		if (!is_used)
			return command_usage_error(
				command, "an --as has no path: it holds for the --kernels "
					 "paths after it, up to the next --as; write it "
					 "before --kernels");
	}
	return COMMAND_GO;
}

/* The one rule for what is taken where no path was given. */
static void add_default(struct kernel_input *input, const struct kernel_id *as)
{
	_cleanup_free_ char *cache = NULL, *pack = NULL;
	struct reason why = {""};
	int err = cache_find_kernels(&cache, &why);

	if (!err) {
		report_note("kernels: those that 'corebtf fetch' downloaded, in %s", cache);
		kernel_input_add(input, cache, as);
		return;
	}
	/* A cache that is there and cannot be used is not passed over. */
	if (err == -ENOENT || err == -EINVAL) {
		pack = shipped_find("kernels.pack");
		if (pack) {
			report_note("kernels: those of the pack that came with corebtf, %s", pack);
			kernel_input_add(input, pack, as);
			return;
		}
		reason_set(&why, -ENOENT,
			   "no kernels given (--kernels PATH), and none are here: 'corebtf fetch' "
			   "downloads some");
	}
	report_failure(cache && err == -EEXIST ? cache : "--kernels", "%s", why.text);
	input->failures++;
}

void kernel_paths_find(const struct kernel_paths *paths, struct kernel_input *input)
{
	for (size_t i = 0; i < paths->count; i++) {
		const struct kernel_path_option *option = &paths->paths[i];
		const struct kernel_id *as = option->as ? &paths->as[option->as - 1] : NULL;

		if (option->path)
			kernel_input_add(input, option->path, as);
		else
			add_default(input, as);
	}
}
