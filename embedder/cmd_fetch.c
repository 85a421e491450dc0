/* SPDX-License-Identifier: MIT */
/*
 * corebtf fetch: downloads the selected kernel BTFs of git repositories and packs them in the
 * cache, which --kernels without a path reads.
 */
#include <stdlib.h>

#include "embedder/cli/command.h"
#include "embedder/cli/fetching.h"
#include "embedder/cli/report.h"
#include "embedder/cli/select_option.h"
#include "embedder/util/cleanup.h"

enum { OPTION_SELECT = 256 };

struct fetch_options {
	const char **repositories;
	size_t repository_count;
	struct kernel_select select;
};

static void cleanup_options(struct fetch_options *options)
{
	free(options->repositories);
	kernel_select_clear(&options->select);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct fetch_options *options = context;

	if (key == OPTION_SELECT)
		return select_option_take(command, value, &options->select);
	options->repositories[options->repository_count++] = value;
	return COMMAND_GO;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct fetch_options options = {
		.repositories = calloc((size_t)argc, sizeof(char *)),
	};
	int status;

	if (!options.repositories) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	status = command_parse(command, argc, argv, take, &options);
	if (status != COMMAND_GO)
		return status;
	return fetching_run(options.repositories, options.repository_count, &options.select)
		       ? STATUS_FAILED
		       : STATUS_DONE;
}

static const struct command_option options_of_fetch[] = {
	{OPTION_SELECT, "select", "EXPR",
	 "download only the kernels that match EXPR, as for\n"
	 "embed; may be repeated (default: all)"},
	{0},
};

const struct command command_fetch = {
	.name = "fetch",
	.usage = "[--select EXPR]... [REPO...]",
	.purpose = "download kernel BTFs from git repositories into a cache",
	.details =
		"REPO is a git repository, a URL or a path, with kernel BTFs in BTFHub's layout.\n"
		"The default is $BTFHUB_REPO (several with commas between them), or BTFHub's\n"
		"archive on GitHub. The cache is $BTFHUB_CACHE, or ~/.cache/corebtf/btfhub. It "
		"has\n"
		"a pack of the selected kernels (corebtf pack), which all commands read where\n"
		"no path follows --kernels. To update the cache, or to resume an interrupted\n"
		"download, run the command again.",
	.examples = "  corebtf fetch --select os=debian:11,arch=x86_64\n"
		    "  corebtf fetch --select '!arch=arm64' my-btfs\n"
		    "  corebtf embed execsnoop",
	.statuses = "0 all selected kernels are there; 1 some are not",
	.options = options_of_fetch,
	.run = run,
};
