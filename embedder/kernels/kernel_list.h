/* SPDX-License-Identifier: MIT */
/*
 * Where the kernel BTFs are: paths in, a sorted list of (kernel, file) out. Nothing is unpacked
 * here; kernel_btf.h reads one of them.
 */
#ifndef COREBTF_KERNELS_KERNEL_LIST_H
#define COREBTF_KERNELS_KERNEL_LIST_H

#include <stddef.h>

#include "embedder/kernels/kernel_id.h"
#include "embedder/util/reason.h"

/* One kernel BTF that was found. The list owns all strings. */
struct kernel_file {
	struct kernel_id id;
	char *path;
};

struct kernel_list {
	struct kernel_file *files;
	size_t count;
};

/*
 * Told of each path that was looked at and cannot be used, and why; NULL: nobody is told. What
 * the function sees is counted as a failure by the caller (exit status 1 at the end).
 */
typedef void (*kernel_list_skip_fn)(void *context, const char *path, const char *why);

void kernel_list_init(struct kernel_list *list);
void kernel_list_free(struct kernel_list *list);

/*
 * Adds what @path holds: a folder in BTFHub's layout <os id>/<version id>/<arch>/<release>.btf[.tar.xz],
 * any part of such a tree, or a single file. What the given path does not say is taken from the
 * folders above it (its absolute path); /sys/kernel/btf/vmlinux is the running kernel's.
 * A folder without a single BTF in it is an error (-ENOENT); a file that is not named like a
 * BTF is passed over in a folder, and an error when it was named itself.
 */
int kernel_list_add(struct kernel_list *list, const char *path, kernel_list_skip_fn skip,
		    void *context, struct reason *why);

/* Sorts by (os_id, version_id, machine, release, path) and drops the same file given twice. */
void kernel_list_sort(struct kernel_list *list);

#endif
