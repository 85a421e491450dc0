/* SPDX-License-Identifier: MIT */
/*
 * In: lines of names and sizes. Out: a sorted table of them.
 */
#include "embedder/hub/object_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"

void object_set_free(struct object_set *set)
{
	free(set->objects);
	free(set->text);
	*set = (struct object_set){0};
}

static int compare_objects(const void *a, const void *b)
{
	const struct set_object *left = a, *right = b;

	return strcmp(left->name, right->name);
}

int object_set_read(const char *listing, size_t size, struct object_set *ret_set,
		    struct reason *why)
{
	_cleanup_(object_set_free) struct object_set set = {
		.text = strndup(size ? listing : "", size)};
	size_t lines = 0;
	char *rest = NULL;

	for (size_t i = 0; i < size; i++)
		lines += listing[i] == '\n';
	set.objects = calloc(lines + 1, sizeof(*set.objects));
	if (!set.text || !set.objects)
		return reason_errno(why, -ENOMEM, "cannot keep the list of objects");
	for (char *line = strtok_r(set.text, "\n", &rest); line && set.count < lines;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *space = strchr(line, ' ');

		if (!space)
			return reason_set(why, -EBADMSG, "git's list of objects cannot be read");
		*space = '\0';
		set.objects[set.count++] = (struct set_object){line, strtoull(space + 1, NULL, 10)};
	}
	if (set.count)
		qsort(set.objects, set.count, sizeof(*set.objects), compare_objects);
	object_set_free(ret_set);
	*ret_set = set;
	set = (struct object_set){0};
	return 0;
}

const struct set_object *object_set_find(const struct object_set *set, const char *name)
{
	struct set_object key = {.name = name};

	if (!set->count)
		return NULL;
	return bsearch(&key, set->objects, set->count, sizeof(key), compare_objects);
}
