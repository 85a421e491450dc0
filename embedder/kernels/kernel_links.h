/* SPDX-License-Identifier: MIT */
/*
 * Links in an archive from kernels' names to other members: collected in the first pass over the
 * archive, resolved when all are known (runtime/util/link_path.h), and looked up in the second.
 */
#ifndef COREBTF_KERNELS_KERNEL_LINKS_H
#define COREBTF_KERNELS_KERNEL_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/kernels/kernel_list.h"

struct kernel_link {
	char *name,
		*target; /* members; after kernel_links_resolve() the target is no link itself */
	struct kernel_file file;
	size_t number; /* in the archive's order */
	bool is_found; /* the target was seen */
};

/* Zeroed: none. */
struct kernel_links {
	struct kernel_link *links;
	size_t count, capacity;
};

/*
 * Adds a link. @target: a symbolic link's text, or a hard link's member. @file is taken over, on
 * failure too.
 * Errors: -EINVAL the link leads out of the archive, -ENOMEM.
 */
int kernel_links_add(struct kernel_links *links, const char *name, const char *target,
		     bool is_symbolic, struct kernel_file *file, struct reason *why);

/* Follows links to links, and sorts by (target, number). A link in a circle keeps a target that is
 * its own name. */
void kernel_links_resolve(struct kernel_links *links);

/* The first of the resolved links to @name, all of which stand in a row; NULL: there is none. */
struct kernel_link *kernel_links_find(const struct kernel_links *links, const char *name);

void kernel_links_clear(struct kernel_links *links);

#endif
