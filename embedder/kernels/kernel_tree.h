/* SPDX-License-Identifier: MIT */
/*
 * A walk through a folder for files that are named like kernel BTFs, kernels or archives of them
 * (kernel_path_kind()).
 *
 * A folder is opened from the one above it, so a name is never looked up twice from the root, and
 * in the order of the names, so messages come in the same order everywhere. Symlinked
 * folders wait until all real ones have been walked, and each folder is walked once, whatever
 * names it has: a link back up the tree cannot loop, and where `focal` links to `20.04` the real
 * name wins.
 */
#ifndef COREBTF_KERNELS_KERNEL_TREE_H
#define COREBTF_KERNELS_KERNEL_TREE_H

#include <stddef.h>

#include "runtime/util/reason.h"

struct kernel_tree_visitor {
	/* A regular file. @folder: the path of its folder below the root, "" for the root itself;
	 * @depth: how many folders that are. Not 0 ends the walk. */
	int (*file)(void *context, const char *folder, const char *name, unsigned int depth);
	/* What cannot be used, with its path below the root. */
	void (*skip)(void *context, const char *below, const char *why);
	void *context;
};

/*
 * @ret_seen: how many files (or what else) were named like one, usable or not.
 * Errors: those of open(2) for @root itself, what file() returned, -ENOMEM.
 */
int kernel_tree_walk(const char *root, const struct kernel_tree_visitor *visitor, size_t *ret_seen,
		     struct reason *why);

/* @base, a slash, @name, malloc'd; where one of them is empty or @base ends in a slash, no slash.
 */
char *kernel_tree_join(const char *base, const char *name);

#endif
