/* SPDX-License-Identifier: MIT */
#include "embedder/facts/type_text.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 16

static void append(char *buffer, size_t size, const char *text)
{
	size_t length = strlen(buffer);

	snprintf(buffer + length, size - length, "%s", text);
}

static void append_type(const struct type_view *types, uint32_t id, unsigned int depth,
			char *buffer, size_t size)
{
	const struct btf_type *type = type_view_type(types, id);
	const char *name =
		type ? type_view_string(types, type_view_name_offset(types, type)) : NULL;
	uint32_t kind;
	char count[24];

	if (!id) {
		append(buffer, size, "void");
		return;
	}
	if (!type || !name || depth > DEPTH_MAX) {
		append(buffer, size, "?");
		return;
	}
	kind = type_view_kind(types, type);
	switch (kind) {
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
		append(buffer, size, type_view_kind_name(kind));
		append(buffer, size, " ");
		append_type(types, type_view_target(types, type), depth + 1, buffer, size);
		return;
	case TYPE_VIEW_KIND_TYPE_TAG:
		append_type(types, type_view_target(types, type), depth + 1, buffer, size);
		return;
	case BTF_KIND_PTR:
		append_type(types, type_view_target(types, type), depth + 1, buffer, size);
		append(buffer, size, buffer[strlen(buffer) - 1] == '*' ? "*" : " *");
		return;
	case BTF_KIND_ARRAY:
		append_type(types, type_view_u32(types, type_view_array(type)->type), depth + 1,
			    buffer, size);
		snprintf(count, sizeof(count), " [%u]", type_view_elements(types, type));
		append(buffer, size, count);
		return;
	case BTF_KIND_FUNC_PROTO:
		append(buffer, size, "function");
		return;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case TYPE_VIEW_KIND_ENUM64:
		append(buffer, size,
		       kind == TYPE_VIEW_KIND_ENUM64 ? "enum" : type_view_kind_name(kind));
		append(buffer, size, " ");
		append(buffer, size, *name ? name : "{...}");
		return;
	default:
		append(buffer, size, *name ? name : "?");
	}
}

void type_text(const struct type_view *types, uint32_t id, char *buffer, size_t size)
{
	buffer[0] = '\0';
	append_type(types, id, 0, buffer, size);
}
