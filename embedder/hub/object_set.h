/* SPDX-License-Identifier: MIT */
/* The objects of a repository that are on this machine, as git cat-file lists them. Asking git
 * about a single one that is missing would make it fetch that one. */
#ifndef COREBTF_HUB_OBJECT_SET_H
#define COREBTF_HUB_OBJECT_SET_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"

/* The format for `git cat-file --batch-check=`. */
#define OBJECT_SET_FORMAT "%(objectname) %(objectsize)"

struct set_object {
	const char *name;
	uint64_t size; /* in bytes, unpacked */
};

/* Starts zeroed; sorted by name. */
struct object_set {
	struct set_object *objects;
	size_t count;
	char *text; /* what the names point into */
};

/* @listing is copied. Errors: -EBADMSG, -ENOMEM; @ret_set is then as it was. */
int object_set_read(const char *listing, size_t size, struct object_set *ret_set,
		    struct reason *why);
void object_set_free(struct object_set *set);

/* NULL: it is not here. */
const struct set_object *object_set_find(const struct object_set *set, const char *name);

#endif
