/* SPDX-License-Identifier: MIT */
/*
 * One git repository in the cache, and what git does for it.
 *
 * It is a partial clone of depth 1: of the newest commit all trees are here, and of its files only
 * those that were asked for by name. So listing costs a megabyte for ten thousand files, and a
 * selection what it holds. Two references lead to commits:
 *
 *	refs/corebtf/coming	the newest that was seen; files of it may still be missing
 *	refs/corebtf/fetched	the one that the work tree was made of
 *
 * The wanted files are put into a pack (packed_list.h), and git's copies of them are removed. The
 *work tree has those that cannot be packed. It is made of a tree of just these files: there is no
 *pattern to be matched with each of them, and no name in it that we have not looked at.
 */
#ifndef COREBTF_HUB_REPOSITORY_H
#define COREBTF_HUB_REPOSITORY_H

#include <stdbool.h>

#include "embedder/hub/cache.h"
#include "embedder/hub/git.h"
#include "embedder/hub/object_set.h"
#include "embedder/hub/repository_tree.h"
#include "embedder/hub/repository_url.h"

struct repository {
	char *folder;		/* absolute */
	const char *commit;	/* the reference that is worked with */
	bool online;		/* the server answered */
	git_show_fn show;	/* git's messages during transfers; may be NULL */
	void *context;		/* for @show */
	struct object_set here; /* as of the last step that fetched */
};

/*
 * Opens its folder in the cache, or makes it. Removes what a killed git left there, so the caller
 * must hold the cache's lock. Set @show afterwards. Errors: -EEXIST the folder is there and is no
 * repository; those of git_run().
 */
int repository_open(const struct cache *cache, const struct repository_url *url,
		    struct repository *ret_repository, struct reason *why);
void repository_close(struct repository *repository);

/*
 * Fetches the server's newest commit and makes it `commit`. On failure that is the last one that
 * was fetched, or NULL. @ret_all_came: the server does not know partial clones and sent every file.
 */
int repository_update(struct repository *repository, bool *ret_all_came, struct reason *why);

/* The files of the commit. @ret_tree: to be freed either way. */
int repository_read_tree(struct repository *repository, repository_skip_fn skip, void *context,
			 struct repository_tree *ret_tree, struct reason *why);

/* Fetches the texts of its links that are not here, in one request. */
int repository_fetch_links(struct repository *repository, const struct repository_tree *tree,
			   struct reason *why);

/* Follows the links whose texts are here. */
int repository_follow_links(struct repository *repository, struct repository_tree *tree,
			    repository_skip_fn skip, void *context, struct reason *why);

/* Fetches @count objects, by name, in one request: all of them or none. */
int repository_fetch_objects(struct repository *repository, const char *const *objects,
			     size_t count, struct reason *why);

/* Reads again which objects are here. */
int repository_read_objects(struct repository *repository, struct reason *why);

/* Adds a file to a list as `git update-index -z --index-info` takes it; and the wanted links. */
void repository_add_record(struct byte_buffer *records, bool executable, const char *object,
			   const char *path);
void repository_add_links(const struct repository *repository, const struct repository_tree *tree,
			  struct byte_buffer *records);

/* Puts the wanted files and links of @tree that are here, and not packed, into the work tree, and
 * removes all others of the repository from it. The commit counts as fetched if @complete. */
int repository_check_out(struct repository *repository, const struct repository_tree *tree,
			 bool complete, struct reason *why);

#endif
