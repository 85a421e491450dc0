/* SPDX-License-Identifier: MIT */
/*
 * The kernels of a bundle, each once, with the place that its BTF has in a tar.
 */
#ifndef COREBTF_TAR_TAR_KERNELS_H
#define COREBTF_TAR_TAR_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <corebtf.h>

#include "runtime/kernel/kernel_id.h"

struct tar_export_opts; /* tar_export.h */

/* Strings and BTF are the bundle's. */
struct tar_kernel {
	struct kernel_id id;
	const void *btf;
	size_t size;
	uint64_t rank; /* of its BTF in the order of the bundles; the same for equal bytes */
	char *path;    /* tar_path_make()'s; owned */
};

struct tar_kernels {
	struct tar_kernel *kernels;
	size_t count;
	size_t left_out; /* kernels, each reported to skip */
	size_t aside;	 /* BTFs that were moved aside, as another one has their path */
};

/*
 * Reads all entries. Those with one path stand together, and one path is one BTF.
 * @corebtf: what @ret_kernels points to belongs to it.
 * @opts: its layout, uname_machines, skip and context count.
 * Errors: -ENOMEM, those of corebtf_entry_at() and corebtf_entry_btf(). @ret_kernels is to be freed
 * in any case.
 */
int tar_kernels_read(struct corebtf *corebtf, const struct tar_export_opts *opts,
		     struct tar_kernels *ret_kernels);

/* Sorts by BTF, then by path: the order in which they are packed best. */
void tar_kernels_sort(struct tar_kernels *kernels);

void tar_kernels_free(struct tar_kernels *kernels);

static inline bool tar_kernel_has_path_of(const struct tar_kernel *kernel,
					  const struct tar_kernel *other)
{
	return strcmp(kernel->path, other->path) == 0;
}

#endif
