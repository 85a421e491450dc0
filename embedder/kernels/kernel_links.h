/* SPDX-License-Identifier: MIT */
/*
 * Links in an archive from kernels' names to other members: collected while the archive is gone
 * through, resolved when all are known, and served when it is gone through again.
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
	size_t count;
};

/*
 * Adds a link. @target: of a symbolic link its text, which is followed from the folder of @name; of
 * a hard link a member's name. @file is taken over, on failure too.
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
