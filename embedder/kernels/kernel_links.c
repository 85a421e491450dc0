/* SPDX-License-Identifier: MIT */
/*
 * In: links as an archive has them. Out: for each the member that has its bytes.
 */
#include "embedder/kernels/kernel_links.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"

/* As many as the kernel follows (path_resolution(7)). */
#define FOLLOWED_MAX 40

/* @text as seen from the folder of @name: without "." and "..", which take a folder off. */
static int follow(const char *name, const char *text, char **ret_target, struct reason *why)
{
	const char *slash = strrchr(name, '/');
	size_t length = slash ? (size_t)(slash - name) : 0;
	_cleanup_free_ char *target = malloc(strlen(name) + strlen(text) + 2);

	if (!target)
		return reason_errno(why, -ENOMEM, "cannot keep a link");
	if (*text == '/' || !*text)
		return reason_set(why, -EINVAL, "it is a link to an absolute path");
	memcpy(target, name, length);
	for (const char *part = text; *part; part += strspn(part, "/")) {
		size_t size = strcspn(part, "/");

		if (size == 2 && memcmp(part, "..", 2) == 0) {
			if (!length)
				return reason_set(why, -EINVAL,
						  "it is a link that leads out of the "
						  "archive");
			while (length && target[--length] != '/')
				;
		} else if (!(size == 1 && *part == '.')) {
			if (length)
				target[length++] = '/';
			memcpy(target + length, part, size);
			length += size;
		}
		part += size;
	}
	target[length] = '\0';
	*ret_target = TAKE_PTR(target);
	return 0;
}

int kernel_links_add(struct kernel_links *links, const char *name, const char *target,
		     bool is_symbolic, struct kernel_file *file, struct reason *why)
{
	struct kernel_link link = {.number = links->count, .file = *file};
	struct kernel_link *grown = links->links;
	int err = 0;

	memset(file, 0, sizeof(*file));
	if (is_symbolic)
		err = follow(name, target, &link.target, why);
	else
		link.target = strdup(target);
	link.name = strdup(name);
	/* Grown by doubling: at a power of two, or none, the array is full. */
	if (!(links->count & (links->count - 1)))
		grown = reallocarray(grown, links->count ? links->count * 2 : 1, sizeof(*grown));
	if (grown)
		links->links = grown;
	if (!err && (!link.target || !link.name || !grown))
		err = reason_errno(why, -ENOMEM, "cannot keep a link");
	if (err) {
		free(link.name);
		free(link.target);
		kernel_file_clear(&link.file);
		return err;
	}
	grown[links->count++] = link;
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
		       followed++ < FOLLOWED_MAX)
			target = next->target;
		last = strdup(next ? link->name : target);
		if (last) { /* else it stays as it is, and is not found */
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
	for (size_t i = 0; i < links->count; i++) {
		free(links->links[i].name);
		free(links->links[i].target);
		kernel_file_clear(&links->links[i].file);
	}
	free(links->links);
	*links = (struct kernel_links){0};
}
