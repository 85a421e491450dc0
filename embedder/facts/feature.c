/* SPDX-License-Identifier: MIT */
#include "embedder/facts/feature.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/util/array.h"

int64_t feature_list_add(struct feature_list *features, enum feature_kind kind, const char *name)
{
	char *copy;

	for (size_t i = 0; i < features->count; i++)
		if (features->list[i].kind == kind && strcmp(features->list[i].name, name) == 0)
			return (int64_t)i;
	if (array_reserve(features->list, features->capacity, features->count + 1))
		return -ENOMEM;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	features->list[features->count] = (struct feature){kind, copy};
	return (int64_t)features->count++;
}

void feature_list_free(struct feature_list *features)
{
	for (size_t i = 0; i < features->count; i++)
		free(features->list[i].name);
	free(features->list);
	*features = (struct feature_list){0};
}

const char *feature_kind_name(enum feature_kind kind)
{
	static const char *const names[] = {
		"helper", "map type",	"program type",	    "attach type", "function",
		"kfunc",  "tracepoint", "kernel's own BTF", "byte order",
	};

	return names[kind];
}
