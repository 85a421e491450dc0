/* SPDX-License-Identifier: MIT */
/*
 * A hash table with open addressing, at most half full. A link that became a file keeps its place,
 * as a free one in the middle would hide those behind it.
 */
#include <errno.h>
#include <stdlib.h>

#include "runtime/tar/tar_links.h"
#include "runtime/util/link_path.h"

#define FIRST_ROOM 64

/* What no name's hash is. */
#define FREE	    0
#define IS_FILE	    1
#define LEADS_OUT   2
#define FIRST_VALUE 3

/* FNV-1a with 64 bits. */
tar_name_hash tar_links_hash(const char *name)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(1099511628211);
	return hash < FIRST_VALUE ? hash + FIRST_VALUE : hash;
}

void tar_links_release(struct tar_links *links)
{
	free(links->table);
	*links = (struct tar_links){.table = NULL};
}

/* The place of the name, or the free one where it belongs. */
static struct tar_link *place_of(const struct tar_links *links, tar_name_hash name)
{
	size_t at = (size_t)name;

	for (;; at++) {
		struct tar_link *link = &links->table[at & (links->room - 1)];

		if (link->name == name || link->name == FREE)
			return link;
	}
}

static int grow(struct tar_links *links)
{
	struct tar_links larger = {.room = links->room ? 2 * links->room : FIRST_ROOM};

	if (links->count == TAR_LINKS_MAX)
		return -EFBIG;
	larger.table = calloc(larger.room, sizeof(*larger.table));
	if (!larger.table)
		return -ENOMEM;
	for (size_t i = 0; i < links->room; i++)
		if (links->table[i].name != FREE)
			*place_of(&larger, links->table[i].name) = links->table[i];
	larger.count = links->count;
	free(links->table);
	*links = larger;
	return 0;
}

int tar_links_add(struct tar_links *links, tar_name_hash name, const char *target)
{
	struct tar_link *link;
	int err;

	if (2 * links->count >= links->room) {
		err = grow(links);
		if (err)
			return err;
	}
	link = place_of(links, name);
	if (link->name == FREE)
		links->count++;
	link->name = name;
	link->target = *target ? tar_links_hash(target) : LEADS_OUT;
	return 0;
}

void tar_links_remove(struct tar_links *links, tar_name_hash name)
{
	struct tar_link *link = links->count ? place_of(links, name) : NULL;

	if (link && link->name == name)
		link->target = IS_FILE;
}

int tar_links_follow(const struct tar_links *links, tar_name_hash name, tar_name_hash *ret_end)
{
	for (int followed = 0; links->count; followed++) {
		const struct tar_link *link = place_of(links, name);

		if (link->name == FREE || link->target == IS_FILE)
			break;
		if (link->target == LEADS_OUT)
			return -EXDEV;
		if (followed == LINK_PATH_FOLLOWED_MAX)
			return -ELOOP;
		name = link->target;
	}
	*ret_end = name;
	return 0;
}
