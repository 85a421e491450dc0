/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "runtime/field/field_find.h"
#include "runtime/types/pointer_size.h"
#include "runtime/util/array.h"

/* What find() visits: the types with the name of the root, and the first `long`. */
struct search {
	const struct type_view *types;
	const struct field_path *path;
	uint32_t *roots;
	size_t count, capacity;
	uint32_t pointer_size;
};

static int visit(void *context, uint32_t id, const struct btf_type *type, const char *name)
{
	struct search *search = context;

	if (!search->pointer_size && type_view_kind(search->types, type) == BTF_KIND_INT)
		search->pointer_size = pointer_size_from(search->types, type, name);
	if (!field_path_starts_at(search->path, search->types, id))
		return 0;
	if (array_reserve(search->roots, search->capacity, search->count + 1))
		return -ENOMEM;
	search->roots[search->count++] = id;
	return 0;
}

static int find_roots(struct type_source *source, const struct field_path *path,
		      struct search *search, struct reason *why)
{
	struct wanted_name names[POINTER_SIZE_NAMES + 1];
	struct wanted_types *wanted = calloc(1, sizeof(*wanted));
	int err;

	if (!wanted)
		return reason_set(why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < POINTER_SIZE_NAMES; i++)
		names[i] =
			(struct wanted_name){pointer_size_names[i], strlen(pointer_size_names[i])};
	names[POINTER_SIZE_NAMES] = (struct wanted_name){
		path->root.text, type_view_essential_length(path->root.text, path->root.length)};
	for (size_t i = 0; i < POINTER_SIZE_NAMES + 1; i++)
		wanted_types_allow(wanted, names[i].text, names[i].length);
	wanted->kinds = UINT32_C(1) << BTF_KIND_INT | UINT32_C(1) << path->kind;
	if (path->kind == BTF_KIND_ENUM)
		wanted->kinds |= UINT32_C(1) << TYPE_VIEW_KIND_ENUM64;
	wanted->names = names;
	wanted->name_count = POINTER_SIZE_NAMES + 1;
	err = source->find(source, wanted, visit, search, why);
	free(wanted);
	if (!search->pointer_size)
		search->pointer_size = sizeof(void *);
	return err == -ENOMEM ? reason_set(why, err, "out of memory") : err;
}

static void fill(const struct field_walk *walk, struct field_found *found)
{
	int64_t size = type_view_resolve_size(walk->types, found->place.type, walk->pointer_size);

	found->size = size > 0 ? size : 0;
	if (found->place.is_enumerator)
		found->value = field_enumerator_value(walk->types, &found->place);
}

static bool is_same(const struct field_found *a, const struct field_found *b)
{
	return a->place.bit_offset == b->place.bit_offset &&
	       a->place.bit_size == b->place.bit_size && a->size == b->size && a->value == b->value;
}

/* "no mm in struct task_struct" and the like. */
static int explain_missing(const struct field_path *path, const char *text, size_t roots,
			   uint32_t steps, struct reason *why)
{
	const struct field_step *step;

	if (!roots)
		return reason_set(why, -ENOENT, "%s: there is no such type", text);
	step = &path->steps[steps];
	if (!step->name.length)
		return reason_set(why, -ENOENT, "%s: [%u] is no element of an array", text,
				  step->index);
	return reason_set(why, -ENOENT, "%s: there is no %.*s", text, (int)step->name.length,
			  step->name.text);
}

int field_find(struct type_source *source, const char *text, struct field_found *ret_found,
	       struct reason *why)
{
	struct field_path path;
	struct search search = {.types = &source->view, .path = &path};
	struct reason wrong = {""};
	struct field_walk walk = {
		.types = &source->view, .names_left = FIELD_NAMES_MAX, .why = &wrong};
	struct field_found first = {0};
	uint32_t steps = 0;
	bool any = false;
	int err = field_path_read(text, strlen(text), &path, &wrong);

	if (err)
		return reason_set(why, err, "'%s': %s", text, wrong.text);
	err = find_roots(source, &path, &search, why);
	walk.pointer_size = search.pointer_size;
	for (size_t i = 0; !err && i < search.count; i++) {
		struct field_found found = {0};
		int result = field_walk(&walk, &path, search.roots[i], &found.place);

		steps = found.place.steps > steps ? found.place.steps : steps;
		if (result < 0)
			err = reason_set(why, result, "%s: %s", text, wrong.text);
		if (result != 1)
			continue;
		fill(&walk, &found);
		if (!any)
			first = found;
		else if (!is_same(&found, &first))
			err = reason_set(why, -ENOTUNIQ,
					 "%s: there are several types of that name, and it differs",
					 text);
		any = true;
	}
	free(search.roots);
	if (!err && !any)
		err = explain_missing(&path, text, search.count, steps, why);
	if (!err)
		*ret_found = first;
	return err;
}
