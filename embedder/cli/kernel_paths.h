/* SPDX-License-Identifier: MIT */
/*
 * The values of --kernels, each with its --as: an --as holds for the paths after it, until the
 * next one replaces it.
 */
#ifndef COREBTF_CLI_KERNEL_PATHS_H
#define COREBTF_CLI_KERNEL_PATHS_H

#include <stddef.h>

#include "embedder/cli/command.h"
#include "embedder/engine/kernel_input.h"
#include "embedder/kernels/kernel_as.h"

struct kernel_paths {
	struct kernel_path_option {
		const char *path;
		size_t as; /* how many --as stood in front of it */
	} * paths;
	size_t count;
	struct kernel_id *as;
	size_t as_count;
};

/* @argc: of the command line, which has no more of either than that. 0 or -ENOMEM. */
int kernel_paths_init(struct kernel_paths *paths, int argc);
void kernel_paths_free(struct kernel_paths *paths);

/*
 * The value of --kernels. NULL, which is --kernels without a value: the cache of `corebtf fetch`,
 * or if nothing was fetched the pack that is installed with the command. A note says which.
 */
void kernel_paths_add(struct kernel_paths *paths, const char *path);

/* Once the command line is read: no --kernels at all is the same as one without a value. */
void kernel_paths_default(struct kernel_paths *paths);

/* The value of --as. COMMAND_GO, or the status to end with after a line that says why. */
int kernel_paths_take_as(const struct command *command, const char *value,
			 struct kernel_paths *paths);

/* Once the command line is read: an --as that holds for no path is an error, since the kernels
 * would keep the names that the user meant to replace. COMMAND_GO, or the status to end with. */
int kernel_paths_check(const struct command *command, const struct kernel_paths *paths);

/* Adds what is found at all of them; what fails is reported. @paths must outlive the input. */
void kernel_paths_find(const struct kernel_paths *paths, struct kernel_input *input);

#endif
