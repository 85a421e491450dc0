/* SPDX-License-Identifier: MIT */
/*
 * What a repository has, by the list that `git ls-tree -r -z` prints, and which of it is wanted.
 * No file needs to be here for that, but the symbolic links: `ubuntu/18.04 -> bionic` makes two
 * names of each kernel below, and --select may use either.
 *
 * The list comes from a server. Names that could harm git or a terminal are reported and not taken.
 */
#ifndef COREBTF_HUB_REPOSITORY_TREE_H
#define COREBTF_HUB_REPOSITORY_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/kernels/kernel_select.h"
#include "embedder/util/arena.h"

/* @object: the name of its blob, in hexadecimal digits. */
struct repository_file {
	const char *path, *object;
	bool executable, wanted;
	bool packed; /* it is in the pack */
};

struct repository_link {
	const char *path, *object;
	const char *target; /* what it says; NULL: not known (yet) */
	const char *real;   /* the path it leads to, in the end; NULL: to none that is in here */
	bool wanted;
};

/* Both lists are sorted by path. Strings belong to the tree. */
struct repository_tree {
	struct repository_file *files;
	size_t file_count, file_capacity;
	struct repository_link *links;
	size_t link_count, link_capacity;
	/* After a selection: files that have the name of a kernel, those named like BTFs of which
	 * no name says which kernel's they are, and those that are wanted. */
	size_t known, unknown, wanted;
	struct arena arena;
};

/* Gets each path that is not taken. @path may hold any byte. */
typedef void (*repository_skip_fn)(void *context, const char *path, const char *why);

/*
 * @listing: of `git ls-tree -r -z`. Errors: -EBADMSG it is none, -ENOMEM. To be freed either way.
 */
int repository_tree_read(const char *listing, size_t size, repository_skip_fn skip, void *context,
			 struct repository_tree *ret_tree, struct reason *why);
void repository_tree_free(struct repository_tree *tree);

/* Sets the text of a link. One that is no path is ignored, and the link dangles. 0 or -ENOMEM. */
int repository_tree_set_target(struct repository_tree *tree, struct repository_link *link,
			       const char *target, size_t length);

/* Follows all links. Reports those that lead out of the repository or in a circle. 0 or -ENOMEM.
 */
int repository_tree_resolve(struct repository_tree *tree, repository_skip_fn skip, void *context);

/* Marks as wanted only those links that lead to wanted files which are not packed. */
void repository_tree_want_links(struct repository_tree *tree);

/*
 * Marks as wanted the files that @select takes under any of their names, and the links that lead to
 * them or to folders they are in. 0 or -ENOMEM.
 */
int repository_tree_select(struct repository_tree *tree, struct kernel_select *select);

#endif
