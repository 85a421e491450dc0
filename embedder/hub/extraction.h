/* SPDX-License-Identifier: MIT */
/*
 * Files of a repository in a folder inside of git's own, .git/corebtf-files, where nobody looks for
 * kernels: for packing them. And back: the git packs whose files are needed no more.
 */
#ifndef COREBTF_HUB_EXTRACTION_H
#define COREBTF_HUB_EXTRACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/hub/repository.h"

/* The folder, malloc'd. NULL: no memory. */
char *extraction_folder(const struct repository *repository);

/* Writes all wanted files as empty ones, and the wanted links: so the places of the kernels can be
 * read, whether or not their files are here. Errors: those of git_run(). */
int extraction_make_names(const struct repository *repository, const struct repository_tree *tree,
			  struct reason *why);

/* Writes these files over the empty ones. They must be here. */
int extraction_write(const struct repository *repository,
		     const struct repository_file *const *files, size_t count, struct reason *why);

/* Removes the folder. */
void extraction_remove(const struct repository *repository);

/*
 * Removes git's packs in which @is_needless holds for every object. In a partial clone git takes
 * such objects for not fetched yet. Errors: those of git_run() and input_file_read().
 */
int extraction_drop_packs(const struct repository *repository,
			  bool (*is_needless)(void *context, const char *object), void *context,
			  struct reason *why);

#endif
