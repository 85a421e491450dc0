/* SPDX-License-Identifier: MIT */
/*
 * In: a distilled base, in which types are names, sizes and kinds, and the kernel's BTF. Out: ids.
 *
 * The types are sorted by name. One pass over the kernel's types then looks up each of their names,
 * and counts for each type of the distilled base those that it may stand for.
 */
#include "embedder/modules/module_base.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"

/* A type of the distilled base. */
struct distilled {
	const char *name;
	uint32_t id, kind, size;
	bool is_embedded; /* in a struct or union of the module */
	/* What the kernel has of this name and kind: */
	uint32_t found, count;			   /* the first, and how many */
	uint32_t found_with_size, count_with_size; /* those of the same size */
};

struct search {
	struct btf_source *kernel;
	struct distilled *types; /* sorted by name */
	size_t count;
	const struct type_view *base;
};

static int compare(const void *a, const void *b)
{
	const struct distilled *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : (left->id > right->id) - (left->id < right->id);
}

static bool may_be_distilled(uint32_t kind)
{
	return kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT || kind == BTF_KIND_ENUM ||
	       kind == BTF_KIND_FWD || type_view_is_composite(kind);
}

static int list_types(struct search *search, struct reason *why)
{
	const struct type_view *base = search->base;

	for (uint32_t id = 1; id < base->type_count; id++) {
		const struct btf_type *type = type_view_type(base, id);
		const char *name = type_view_string(base, type_view_name_offset(base, type));
		uint32_t kind = type_view_kind(base, type);

		if (!may_be_distilled(kind) || !name || !*name)
			return reason_set(why, -EBADMSG,
					  "type [%u] of its .BTF.base is a %s%s, which is not in a "
					  "distilled base",
					  id, type_view_kind_name(kind),
					  name && *name ? "" : " without a name");
		search->types[search->count++] = (struct distilled){
			.name = name, .id = id, .kind = kind, .size = type_view_size(base, type)};
	}
	return 0;
}

/* The type that a member consists of, behind typedefs, qualifiers and arrays. */
static uint32_t embedded_type(const struct split_btf *split, uint32_t id)
{
	for (unsigned int steps = 0; steps < 64; steps++) {
		const struct btf_type *type = split_btf_type(split, id);
		uint32_t kind = type ? type_view_kind(split->base, type) : BTF_KIND_PTR;

		if (kind == BTF_KIND_ARRAY)
			id = split_btf_u32(split, type_view_array(type)->type);
		else if (type_view_is_transparent(kind))
			id = type_view_target(split->base, type);
		else
			return id;
	}
	return 0;
}

/* Before the types are sorted: the one with id n is at n - 1. */
static void mark_embedded(struct search *search, const struct split_btf *split)
{
	for (uint32_t i = 0; i < split->count; i++) {
		const struct btf_type *type = split_btf_own(split, i);
		uint32_t parts = type_view_vlen(split->base, type);

		if (!type_view_is_composite(type_view_kind(split->base, type)))
			continue;
		for (uint32_t part = 0; part < parts; part++) {
			uint32_t id = split_btf_u32(split, type_view_members(type)[part].type);

			id = embedded_type(split, id);
			if (id && id <= search->count)
				search->types[id - 1].is_embedded = true;
		}
	}
}

static bool is_kind(const struct search *search, const struct distilled *wanted,
		    const struct btf_type *type)
{
	const struct type_view *kernel = &search->kernel->types.view;
	uint32_t kind = type_view_kind(kernel, type);

	switch (wanted->kind) {
	case BTF_KIND_ENUM: /* enum64 is an enum there as well */
		return type_view_is_enum(kind);
	case BTF_KIND_FWD: /* the module knows it by name alone */
		return kind == BTF_KIND_FWD || type_view_is_composite(kind);
	case BTF_KIND_INT:
		return kind == BTF_KIND_INT &&
		       type_view_int_encoding(kernel, type) ==
			       type_view_int_encoding(search->base,
						      type_view_type(search->base, wanted->id));
	default:
		return kind == wanted->kind;
	}
}

static int visit(void *context, uint32_t id, const struct btf_type *type, const char *name)
{
	struct search *search = context;
	size_t low = 0, high = search->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(search->types[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < search->count && strcmp(search->types[low].name, name) == 0; low++) {
		struct distilled *wanted = &search->types[low];

		if (!is_kind(search, wanted, type))
			continue;
		if (!wanted->count++)
			wanted->found = id;
		if (type_view_size(&search->kernel->types.view, type) == wanted->size &&
		    !wanted->count_with_size++)
			wanted->found_with_size = id;
	}
	return 0;
}

/* The one that it stands for. */
static int choose(const struct distilled *type, uint32_t *ret_id, struct reason *why)
{
	bool has_one_size = type->kind != BTF_KIND_FWD && !type_view_is_composite(type->kind);

	if (!type->count)
		return reason_set(why, -EINVAL,
				  "it refers to %s %s, which the kernel does not have: it is for "
				  "another kernel",
				  type_view_kind_name(type->kind), type->name);
	*ret_id = type->found;
	if (type->kind == BTF_KIND_FWD || (type->count == 1 && !has_one_size && !type->is_embedded))
		return 0;
	if (!type->count_with_size)
		return reason_set(why, -EINVAL,
				  "it refers to %s %s of %u bytes, and the kernel's has another "
				  "size: it is for another kernel",
				  type_view_kind_name(type->kind), type->name, type->size);
	if (type->count_with_size > 1)
		return reason_set(why, -EINVAL,
				  "it refers to %s %s, of which the kernel has several",
				  type_view_kind_name(type->kind), type->name);
	*ret_id = type->found_with_size;
	return 0;
}

static int find_in_kernel(struct search *search, struct reason *why)
{
	_cleanup_free_ struct wanted_types *wanted = calloc(1, sizeof(*wanted));

	if (!wanted)
		return reason_errno(why, -ENOMEM, "cannot look for the types of its base");
	wanted->kinds = UINT32_C(1) << BTF_KIND_INT | UINT32_C(1) << BTF_KIND_FLOAT |
			UINT32_C(1) << BTF_KIND_ENUM | UINT32_C(1) << TYPE_VIEW_KIND_ENUM64 |
			UINT32_C(1) << BTF_KIND_FWD | UINT32_C(1) << BTF_KIND_STRUCT |
			UINT32_C(1) << BTF_KIND_UNION;
	for (size_t i = 0; i < search->count; i++)
		wanted_types_allow(wanted, search->types[i].name, strlen(search->types[i].name));
	return search->kernel->types.find(&search->kernel->types, wanted, visit, search, why);
}

int module_base_find(const struct btf_source *base, const struct split_btf *split,
		     struct btf_source *kernel, uint32_t **ret_ids, struct reason *why)
{
	size_t count = base->types.view.type_count;
	_cleanup_free_ struct distilled *types = calloc(count, sizeof(*types));
	_cleanup_free_ uint32_t *ids = calloc(count, sizeof(*ids));
	struct search search = {.kernel = kernel, .types = types, .base = &base->types.view};
	int err;

	if (!types || !ids)
		return reason_errno(why, -ENOMEM, "cannot look for the types of its base");
	err = list_types(&search, why);
	if (err)
		return err;
	mark_embedded(&search, split);
	qsort(types, search.count, sizeof(*types), compare);
	err = find_in_kernel(&search, why);
	for (size_t i = 0; !err && i < search.count; i++)
		err = choose(&types[i], &ids[types[i].id], why);
	if (!err)
		*ret_ids = TAKE_PTR(ids);
	return err;
}
