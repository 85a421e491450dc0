/* SPDX-License-Identifier: MIT */
/*
 * In: links as an archive has them. Out: for each the member that has its bytes.
 */
#include "embedder/kernels/kernel_links.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/util/array.h"
#include "runtime/util/link_path.h"

static void link_clear(struct kernel_link *link)
{
	free(link->name);
	free(link->target);
	kernel_file_clear(&link->file);
}

int kernel_links_add(struct kernel_links *links, const char *name, const char *target,
		     bool is_symbolic, struct kernel_file *file, struct reason *why)
{
	struct kernel_link link = {.number = links->count, .file = *file};
	char path[LINK_PATH_SIZE];
	int err = 0;

	memset(file, 0, sizeof(*file));
	if (!link_path_normalise(target, is_symbolic ? name : NULL, path) || !*path)
		err = reason_set(why, -EINVAL, "it is a link that leads out of the archive");
	else if (!(link.target = strdup(path)) || !(link.name = strdup(name)) ||
		 array_reserve(links->links, links->capacity, links->count + 1))
		err = reason_errno(why, -ENOMEM, "cannot keep a link");
	if (err) {
		link_clear(&link);
		return err;
	}
	links->links[links->count++] = link;
	return 0;
}

static int compare_by_name(const void *a, const void *b)
{
	const struct kernel_link *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : (left->number > right->number) - (left->number < right->number);
}

static int compare_by_target(const void *a, const void *b)
{
	const struct kernel_link *left = a, *right = b;
	int order = strcmp(left->target, right->target);

	return order ? order : (left->number > right->number) - (left->number < right->number);
}

static int compare_name_to_link(const void *name, const void *link)
{
	return strcmp(name, ((const struct kernel_link *)link)->name);
}

static int compare_name_to_target(const void *name, const void *link)
{
	return strcmp(name, ((const struct kernel_link *)link)->target);
}

static struct kernel_link *find(const struct kernel_links *links, const char *name,
				int (*compare)(const void *, const void *))
{
	return links->count
		       ? bsearch(name, links->links, links->count, sizeof(*links->links), compare)
		       : NULL;
}

void kernel_links_resolve(struct kernel_links *links)
{
	if (!links->count)
		return;
	qsort(links->links, links->count, sizeof(*links->links), compare_by_name);
	for (size_t i = 0; i < links->count; i++) {
		struct kernel_link *link = &links->links[i];
		const char *target = link->target;
		const struct kernel_link *next;
		int followed = 0;
		char *last;

		while ((next = find(links, target, compare_name_to_link)) &&
		       followed++ < LINK_PATH_FOLLOWED_MAX)
			target = next->target;
		last = strdup(next ? link->name : target);
		if (last) { /* otherwise the link dangles */
			free(link->target);
			link->target = last;
		}
	}
	qsort(links->links, links->count, sizeof(*links->links), compare_by_target);
}

struct kernel_link *kernel_links_find(const struct kernel_links *links, const char *name)
{
	struct kernel_link *link = find(links, name, compare_name_to_target);

	while (link && link > links->links && strcmp(link[-1].target, name) == 0)
		link--;
	return link;
}

void kernel_links_clear(struct kernel_links *links)
{
	for (size_t i = 0; i < links->count; i++)
		link_clear(&links->links[i]);
	free(links->links);
	*links = (struct kernel_links){0};
}
