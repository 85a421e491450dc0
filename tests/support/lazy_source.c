/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "tests/support/lazy_source.h"

static struct lazy_source *lazy_of(void *member, size_t offset)
{
	return (struct lazy_source *)((char *)member - offset);
}

static const struct btf_type *make(struct type_view *view, uint32_t id)
{
	struct lazy_source *lazy = lazy_of(view, offsetof(struct lazy_source, types.view));

	if (id == lazy->fails_at) {
		view->failure = reason_set(&view->why, -EIO, "type [%u] cannot be made", id);
		return NULL;
	}
	lazy->offsets[id] = lazy->raw.offsets[id];
	lazy->made++;
	return type_view_type(view, id);
}

static int find(struct type_source *types, const struct wanted_types *wanted, type_visit_fn visit,
		void *context, struct reason *why)
{
	struct lazy_source *lazy = lazy_of(types, offsetof(struct lazy_source, types));
	int err = lazy->raw.types.find(&lazy->raw.types, wanted, visit, context, why);

	if (err)
		return err;
	types->view = lazy->raw.types.view;
	types->view.make = make;
	free(lazy->offsets);
	lazy->offsets = malloc(types->view.type_count * sizeof(*lazy->offsets));
	if (!lazy->offsets)
		return -ENOMEM;
	types->view.offsets = lazy->offsets;
	lazy_source_forget(lazy);
	return 0;
}

void lazy_source_forget(struct lazy_source *lazy)
{
	for (uint32_t id = 0; id < lazy->types.view.type_count; id++)
		lazy->offsets[id] = TYPE_VIEW_NOT_MADE;
	lazy->made = 0;
}

int lazy_source_open(struct lazy_source *lazy, const void *data, size_t size, struct reason *why)
{
	int err;

	*lazy = (struct lazy_source){.made = 0};
	err = btf_source_open(&lazy->raw, data, size, why);
	lazy->types = lazy->raw.types;
	lazy->types.find = find;
	return err;
}

void lazy_source_free(struct lazy_source *lazy)
{
	btf_source_free(&lazy->raw);
	free(lazy->offsets);
	*lazy = (struct lazy_source){.made = 0};
}
