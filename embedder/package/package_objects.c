/* SPDX-License-Identifier: MIT */
#include "embedder/package/package_objects.h"

#include <string.h>

#include "embedder/program/map_types.h"

/* Numbers of enum bpf_map_type. */
#define MAP_PERF_EVENT_ARRAY 4
#define MAP_RINGBUF	     27

int package_object_open(struct package_object *object, const struct bpf_object_file *file,
			struct reason *why)
{
	if (!file->btf)
		return 0;
	return btf_source_open_all(&object->source, file->btf, file->btf_size, why);
}

void package_object_close(struct package_object *object)
{
	btf_source_free(&object->source);
}

const char *package_object_name(const struct package_object *object, uint32_t id)
{
	const struct type_view *types = &object->source.types.view;
	const struct btf_type *type = type_view_type(types, id);
	const char *name =
		type ? type_view_string(types, type_view_name_offset(types, type)) : NULL;

	return name ? name : "";
}

int package_object_each(const struct package_object *object, const char *section,
			int (*visit)(void *context, uint32_t variable), void *context)
{
	const struct type_view *types = &object->source.types.view;
	int result = 0;

	for (uint32_t id = 1; id < types->type_count; id++) {
		const struct btf_type *type = type_view_type(types, id);
		const struct btf_var_secinfo *variables;

		if (type_view_kind(types, type) != BTF_KIND_DATASEC ||
		    strcmp(package_object_name(object, id), section) != 0)
			continue;
		variables = (const struct btf_var_secinfo *)(type + 1);
		for (uint32_t i = 0; !result && i < type_view_vlen(types, type); i++) {
			uint32_t variable = type_view_u32(types, variables[i].type);
			const struct btf_type *t = type_view_type(types, variable);

			if (t && type_view_kind(types, t) == BTF_KIND_VAR)
				result = visit(context, variable);
		}
	}
	return result;
}

bool package_object_is_buffer(const struct package_object *object, const char *map)
{
	uint32_t type = map_type_find(&object->source.types.view, map);

	return type == MAP_RINGBUF || type == MAP_PERF_EVENT_ARRAY;
}

uint32_t package_object_pointed(const struct package_object *object, uint32_t variable)
{
	const struct type_view *types = &object->source.types.view;
	uint32_t id = type_view_target(types, type_view_type(types, variable));
	const struct btf_type *type = type_view_strip(types, &id);

	if (!type || type_view_kind(types, type) != BTF_KIND_PTR)
		return 0;
	id = type_view_target(types, type);
	type = type_view_strip(types, &id);
	if (!type || type_view_kind(types, type) != BTF_KIND_STRUCT ||
	    !*package_object_name(object, id))
		return 0;
	return id;
}
