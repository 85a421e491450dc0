/* SPDX-License-Identifier: MIT */
/* Paths in, a sorted list of the kernel BTFs there out. Where a path says the whole key, the file
 * is not opened here: kernel_btf.h reads it. All other files are read by kernel_stream.h. */
#ifndef COREBTF_KERNELS_KERNEL_LIST_H
#define COREBTF_KERNELS_KERNEL_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/image/kernel_facts.h"
#include "embedder/kernels/kernel_as.h"
#include "embedder/pack/pack_kernel.h"
#include "runtime/util/reason.h"

/* One kernel BTF that was found. The strings are its own. */
struct kernel_file {
	struct kernel_id id;
	char *path;		      /* in an archive "ARCHIVE: MEMBER" */
	const struct kernel_id *as;   /* what the user says of it (kernel_as.h); NULL: nothing */
	const char *package;	      /* the path of the package that it is in; NULL: none */
	enum kernel_types_kind types; /* in an ELF file, once that was read */
	enum pack_origin origin;      /* where its types come from, as far as is known */
};

/* A file that holds kernels whose keys are known once it is read: an archive, a package, or a
 * kernel's own file, with or without a release in its name. */
struct kernel_source {
	char *path;
	const struct kernel_id *as;
	bool was_named; /* the user named it, so it is an error when no kernel is in it */
};

struct kernel_list {
	struct kernel_file *files;
	size_t count, capacity;
	struct kernel_source *sources;
	size_t source_count, source_capacity;
};

/*
 * Gets each path that was examined and cannot be used, and why; may be NULL. The caller counts each
 * call as a failure (exit status 1 at the end).
 */
typedef void (*kernel_list_skip_fn)(void *context, const char *path, const char *why);

void kernel_list_init(struct kernel_list *list);
void kernel_list_free(struct kernel_list *list);

/* Frees what the file owns, and empties it. */
void kernel_file_clear(struct kernel_file *file);

/* Adds what the file itself says: kernel_as_complete(), and where its types are. */
int kernel_file_complete(struct kernel_file *file, const struct kernel_facts *facts,
			 struct reason *why);

/*
 * Adds what @path holds: a folder in BTFHub's layout <os id>/<version
 * id>/<arch>/<release>.btf[.tar.xz], any part of such a tree, a folder with archives, packages or
 * kernels in it, or a single file. What the given path does not say is taken from the folders above
 * it (its absolute path); /sys/kernel/btf/vmlinux is the running kernel's.
 * @as: goes over what the path says; it must outlive the list. NULL: nothing does.
 * A folder without a single file that is named like one of these (kernel_path.h) is an error
 * (-ENOENT). Other files are passed over in a folder; one that was named itself is looked into.
 */
int kernel_list_add(struct kernel_list *list, const char *path, const struct kernel_id *as,
		    kernel_list_skip_fn skip, void *context, struct reason *why);

/* Adds a file; it is taken over, on failure too. 0 or -ENOMEM. */
int kernel_list_take(struct kernel_list *list, struct kernel_file *file);

/* Sorts the files by (os_id, version_id, machine, release, path), the sources by path, and drops
 * the same file given twice. */
void kernel_list_sort(struct kernel_list *list);

#endif
