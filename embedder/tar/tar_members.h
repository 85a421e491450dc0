/* SPDX-License-Identifier: MIT */
/*
 * The BTFs of a tar by their names, each distinct one in memory once, and where the links among
 * them lead.
 */
#ifndef COREBTF_TAR_TAR_MEMBERS_H
#define COREBTF_TAR_TAR_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/util/arena.h"
#include "runtime/util/reason.h"

/* The bytes of a BTF: equal ones are one. */
struct tar_blob {
	size_t size;
	void *data;
};

struct tar_member_entry {
	const char *name;
	const struct tar_blob *blob; /* NULL: a link, or nothing that can be taken */
	const char *link;	     /* a symbolic link's target, normalised; NULL: it is none */
	bool described;		     /* the manifest names it; set by tar_import.c */
};

/* {0} has none. */
struct tar_members {
	struct tar_member_entry **entries; /* in the order in which their names came up */
	size_t count, room;
	size_t size; /* of all blobs */
	struct tar_blob **blobs;
	size_t blob_count, blob_room;
	void *by_name, *by_content; /* search trees over both */
	struct arena arena;
};

/* NULL: there is none of that name. */
struct tar_member_entry *tar_members_find(const struct tar_members *members, const char *name);

/* The one of that name, made when it is not there. NULL when there is no memory. */
struct tar_member_entry *tar_members_add(struct tar_members *members, const char *name);

/* The blob with these bytes; takes over @data, which is malloc'd, also when it fails. NULL when
 * there is no memory. */
const struct tar_blob *tar_members_intern(struct tar_members *members, void *data, size_t size);

/*
 * The blob that a member has or leads to, over at most LINK_PATH_FOLLOWED_MAX links.
 * Errors: -ENOENT a link leads to nothing that was taken, -ELOOP too many.
 */
int tar_members_resolve(const struct tar_members *members, const struct tar_member_entry *entry,
			const struct tar_blob **ret_blob, struct reason *why);

/* For _cleanup_. */
void tar_members_free(struct tar_members *members);

#endif
