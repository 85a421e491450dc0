/* SPDX-License-Identifier: MIT */
/*
 * The pack that `corebtf fetch` makes of a repository's files. There are two of them:
 *
 *	.git/corebtf-*.pack	all kernels that were ever fetched and are still in the repository,
 *with a list of the files they were (hub/packed_list.h) kernels.pack		of these, the
 *selected ones: what a --kernels without a path reads
 *
 * Only files that are new are packed; those that cannot be packed stay files in the work tree.
 */
#ifndef COREBTF_CLI_FETCHED_PACK_H
#define COREBTF_CLI_FETCHED_PACK_H

#include "embedder/engine/kernel_input.h"
#include "embedder/hub/packed_list.h"
#include "embedder/hub/repository.h"

struct fetched_pack {
	const struct repository *repository;
	struct repository_tree *tree;
	struct packed_list list;     /* of what is packed */
	struct kernel_input kernels; /* the wanted files, with their keys */
	struct repository_file **of; /* by kernel: its file; NULL: not known */
	struct packed_list wanted;   /* the same, to be searched */
	const char **objects;	     /* of all files of the tree, sorted */
	size_t selected;	     /* kernels in kernels.pack */
	uint64_t size;		     /* of kernels.pack */
};

/*
 * Reads which of the tree's wanted files are packed, and marks them so. Both must outlive it.
 * Errors: those of extraction_make_names(), packed_list_read().
 */
int fetched_pack_open(struct fetched_pack *fetched, const struct repository *repository,
		      struct repository_tree *tree, struct reason *why);

/*
 * Packs the wanted files that are here and not packed yet, marks them, and makes the pack of the
 * selected ones. What cannot be packed is said and stays unmarked. On failure the packs are as they
 * were.
 */
int fetched_pack_update(struct fetched_pack *fetched, struct reason *why);

/* Removes git's copies of what is packed. */
int fetched_pack_drop_files(const struct fetched_pack *fetched, struct reason *why);

void fetched_pack_close(struct fetched_pack *fetched); /* for _cleanup_; {0} is fine */

#endif
