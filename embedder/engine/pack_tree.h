/* SPDX-License-Identifier: MIT */
/*
 * A pack → its kernels' full BTFs, as files below a folder in BTFHub's layout
 * OS/VERSION/MACHINE/RELEASE.btf, or packed, RELEASE.btf.tar.xz; or one of them as one file.
 */
#ifndef COREBTF_ENGINE_PACK_TREE_H
#define COREBTF_ENGINE_PACK_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/engine/events.h"
#include "embedder/kernels/kernel_select.h"

struct pack_tree_opts {
	struct kernel_select *select; /* NULL: all kernels */
	bool is_packed;		      /* .btf.tar.xz */
	const struct engine_events *events;
};

struct pack_tree_counts {
	size_t written, left_out; /* by select */
	size_t failures;	  /* each was reported */
};

/* Errors: those of opening the pack and the folder; a kernel that cannot be written is a failure.
 */
int pack_tree_write(const char *pack, const char *folder, const struct pack_tree_opts *opts,
		    struct pack_tree_counts *ret_counts, struct reason *why);

/* The BTF of the one kernel that opts->select takes. @ret_btf: malloc'd. Errors: also -ENOENT none,
 * or -EINVAL several do. */
int pack_tree_read_one(const char *pack, const struct pack_tree_opts *opts, void **ret_btf,
		       size_t *ret_size, struct reason *why);

#endif
