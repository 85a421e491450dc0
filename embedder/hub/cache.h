/* SPDX-License-Identifier: MIT */
/*
 * The folder in which `corebtf fetch` keeps repositories of kernel BTFs, one in a folder each:
 * $BTFHUB_CACHE, else $XDG_CACHE_HOME/corebtf/btfhub, else ~/.cache/corebtf/btfhub. As a whole it
 * is a tree of kernels for --kernels. Besides repositories it has
 *
 *	.corebtf-fetch	marks the folder as ours, and is the lock
 *	CACHEDIR.TAG	asks backup programs to leave it out (bford.info/cachedir)
 */
#ifndef COREBTF_HUB_CACHE_H
#define COREBTF_HUB_CACHE_H

#include "embedder/util/output_folder.h"
#include "runtime/util/reason.h"

/* An open cache; the lock keeps others from changing it. */
struct cache {
	char *path; /* absolute, without symbolic links */
	int lock;
};

/* Its path, malloc'd, as the user named it. -EINVAL: it is not known where, -ENOMEM. */
int cache_find(char **ret_path, struct reason *why);

/*
 * Makes the folder where there is none, and locks it.
 * Errors: -EBUSY another process has it open; -EEXIST it is a folder with something else in it,
 * which is left alone; those of mkdir(2) and open(2).
 */
int cache_open(const char *path, struct cache *ret_cache, struct reason *why);
void cache_close(struct cache *cache); /* for _cleanup_, after cache_open() or {.lock = -1} */

/*
 * Its path, when kernels can be looked for below it: what --kernels without a path means.
 * @ret_path: malloc'd; also set on failure, where it is known. Errors: -ENOENT nothing was fetched
 * yet, -EEXIST its files are not to be trusted, -EINVAL, -ENOMEM.
 */
int cache_find_kernels(char **ret_path, struct reason *why);

/* The folder beside it in which `corebtf run` keeps what it downloaded, made where there is none:
 * $XDG_CACHE_HOME/corebtf/programs, else ~/.cache/corebtf/programs. Errors: those of
 * output_folder_open(), -EINVAL as above. */
int cache_open_programs(struct output_folder *ret_folder, struct reason *why);

#endif
