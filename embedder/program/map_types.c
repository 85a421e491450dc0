/* SPDX-License-Identifier: MIT */
#include "embedder/program/map_types.h"

#include <string.h>

static bool has_name(const struct type_view *types, uint32_t offset, const char *name)
{
	const char *text = type_view_string(types, offset);

	return text && strcmp(text, name) == 0;
}

/* The elements of the array that a pointer leads to. */
static uint32_t elements_behind(const struct type_view *types, uint32_t id)
{
	const struct btf_type *type = type_view_strip(types, &id);

	if (!type || type_view_kind(types, type) != BTF_KIND_PTR)
		return 0;
	id = type_view_target(types, type);
	type = type_view_strip(types, &id);
	if (!type || type_view_kind(types, type) != BTF_KIND_ARRAY)
		return 0;
	return type_view_elements(types, type);
}

uint32_t map_type_find(const struct type_view *types, const char *name)
{
	for (uint32_t i = 1; i < types->type_count; i++) {
		const struct btf_type *type = type_view_type(types, i);
		uint32_t id;

		if (!type || type_view_kind(types, type) != BTF_KIND_VAR ||
		    !has_name(types, type_view_name_offset(types, type), name))
			continue;
		id = type_view_target(types, type);
		type = type_view_strip(types, &id);
		if (!type || type_view_kind(types, type) != BTF_KIND_STRUCT)
			continue;
		for (uint32_t k = 0; k < type_view_vlen(types, type); k++) {
			const struct btf_member *member = &type_view_members(type)[k];

			if (has_name(types, type_view_u32(types, member->name_off), "type"))
				return elements_behind(types, type_view_u32(types, member->type));
		}
	}
	return 0;
}
