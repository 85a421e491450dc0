/* SPDX-License-Identifier: MIT */
/*
 * A tar has one file for each kernel, and most of them are copies of a few: what is kept grows
 * with the distinct ones, as a hostile archive's own size does not bound the number of copies.
 */
#include "embedder/tar/tar_members.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/util/array.h"
#include "runtime/util/link_path.h"

static int compare_names(const void *left, const void *right)
{
	const struct tar_member_entry *l = left, *r = right;

	return strcmp(l->name, r->name);
}

static int compare_blobs(const void *left, const void *right)
{
	const struct tar_blob *l = left, *r = right;

	if (l->size != r->size)
		return l->size < r->size ? -1 : 1;
	return memcmp(l->data, r->data, l->size);
}

struct tar_member_entry *tar_members_find(const struct tar_members *members, const char *name)
{
	const struct tar_member_entry key = {.name = name};
	struct tar_member_entry *const *found = tfind(&key, &members->by_name, compare_names);

	return found ? *found : NULL;
}

struct tar_member_entry *tar_members_add(struct tar_members *members, const char *name)
{
	struct tar_member_entry *entry = tar_members_find(members, name);

	if (entry)
		return entry;
	if (array_reserve(members->entries, members->room, members->count + 1))
		return NULL;
	entry = arena_alloc(&members->arena, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->name = arena_string(&members->arena, name, strlen(name));
	if (!entry->name || !tsearch(entry, &members->by_name, compare_names))
		return NULL;
	members->entries[members->count++] = entry;
	return entry;
}

const struct tar_blob *tar_members_intern(struct tar_members *members, void *data, size_t size)
{
	const struct tar_blob key = {.size = size, .data = data};
	struct tar_blob *const *found = tfind(&key, &members->by_content, compare_blobs);
	struct tar_blob *blob = NULL;

	if (found) {
		free(data);
		return *found;
	}
	if (!array_reserve(members->blobs, members->blob_room, members->blob_count + 1))
		blob = arena_alloc(&members->arena, sizeof(*blob));
	if (blob)
		*blob = key;
	if (!blob || !tsearch(blob, &members->by_content, compare_blobs)) {
		free(data);
		return NULL;
	}
	members->blobs[members->blob_count++] = blob;
	members->size += size;
	return blob;
}

int tar_members_resolve(const struct tar_members *members, const struct tar_member_entry *entry,
			const struct tar_blob **ret_blob, struct reason *why)
{
	const struct tar_member_entry *at = entry;

	for (int links = 0; at->link; links++) {
		const struct tar_member_entry *next = tar_members_find(members, at->link);

		if (links == LINK_PATH_FOLLOWED_MAX)
			return reason_set(why, -ELOOP, "it leads on over more than %d links",
					  LINK_PATH_FOLLOWED_MAX);
		if (!next)
			return reason_set(why, -ENOENT,
					  "it is a link to %s, which is not in the "
					  "archive",
					  at->link);
		at = next;
	}
	if (!at->blob)
		return reason_set(why, -ENOENT, "it is a link to %s, which was not taken",
				  at->name);
	*ret_blob = at->blob;
	return 0;
}

static void keep(void *node)
{
	(void)node; /* the arena frees it */
}

void tar_members_free(struct tar_members *members)
{
	tdestroy(members->by_name, keep);
	tdestroy(members->by_content, keep);
	for (size_t i = 0; i < members->blob_count; i++)
		free(members->blobs[i]->data);
	free(members->blobs);
	free(members->entries);
	arena_free(&members->arena);
	*members = (struct tar_members){0};
}
