/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "runtime/types/type_view.h"

/* As libbpf does: longer chains have no size. */
#define MAX_RESOLVE_DEPTH 32
/* No compiler nests typedefs and qualifiers this deep: it is a cycle. */
#define MAX_CHAIN 4096

const struct btf_type type_view_void;

static const char *const kind_names[TYPE_VIEW_KIND_KNOWN] = {
	[0] = "void",
	[BTF_KIND_INT] = "int",
	[BTF_KIND_PTR] = "pointer",
	[BTF_KIND_ARRAY] = "array",
	[BTF_KIND_STRUCT] = "struct",
	[BTF_KIND_UNION] = "union",
	[BTF_KIND_ENUM] = "enum",
	[BTF_KIND_FWD] = "forward declaration",
	[BTF_KIND_TYPEDEF] = "typedef",
	[BTF_KIND_VOLATILE] = "volatile",
	[BTF_KIND_CONST] = "const",
	[BTF_KIND_RESTRICT] = "restrict",
	[BTF_KIND_FUNC] = "function",
	[BTF_KIND_FUNC_PROTO] = "function prototype",
	[BTF_KIND_VAR] = "variable",
	[BTF_KIND_DATASEC] = "data section",
	[BTF_KIND_FLOAT] = "float",
	[TYPE_VIEW_KIND_DECL_TAG] = "declaration tag",
	[TYPE_VIEW_KIND_TYPE_TAG] = "type tag",
	[TYPE_VIEW_KIND_ENUM64] = "enum64",
};

const char *type_view_kind_name(uint32_t kind)
{
	return kind < TYPE_VIEW_KIND_KNOWN ? kind_names[kind] : "unknown kind";
}

const struct btf_type *type_view_strip(const struct type_view *view, uint32_t *id)
{
	const struct btf_type *type = type_view_type(view, *id);

	for (unsigned int steps = 0; type; steps++) {
		uint32_t next;

		if (!type_view_is_transparent(type_view_kind(view, type)))
			return type;
		if (steps == MAX_CHAIN)
			return NULL;
		next = type_view_target(view, type);
		type = type_view_type(view, next);
		if (type)
			*id = next;
	}
	return NULL;
}

int64_t type_view_resolve_size(const struct type_view *view, uint32_t id, uint32_t pointer_size)
{
	uint32_t elements = 1, size = 0;
	bool sized = false;

	for (unsigned int i = 0; i < MAX_RESOLVE_DEPTH && id && !sized; i++) {
		const struct btf_type *type = type_view_type(view, id);
		uint32_t count;

		if (!type)
			break;
		switch (type_view_kind(view, type)) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case TYPE_VIEW_KIND_ENUM64:
		case BTF_KIND_DATASEC:
		case BTF_KIND_FLOAT:
			size = type_view_size(view, type);
			sized = true;
			break;
		case BTF_KIND_PTR:
			size = pointer_size;
			sized = true;
			break;
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_VAR:
		case TYPE_VIEW_KIND_DECL_TAG:
		case TYPE_VIEW_KIND_TYPE_TAG:
			id = type_view_target(view, type);
			break;
		case BTF_KIND_ARRAY:
			count = type_view_elements(view, type);
			if (elements && count > UINT32_MAX / elements)
				return -E2BIG;
			elements *= count;
			id = type_view_u32(view, type_view_array(type)->type);
			break;
		default:
			return -EINVAL;
		}
	}
	if (!sized)
		return -EINVAL;
	if (elements && size > UINT32_MAX / elements)
		return -E2BIG;
	/* As libbpf multiplies: in 32 bits, signed only at the very end. */
	return (int64_t)(uint32_t)(elements * size);
}

size_t type_view_essential_length(const char *name, size_t length)
{
	/* A flavour starts at the last "___" with something other than '_' on both sides. */
	for (size_t i = length >= 5 ? length - 4 : 0; i > 0; i--) {
		const char *s = name + i - 1;

		if (s[0] != '_' && s[1] == '_' && s[2] == '_' && s[3] == '_' && s[4] != '_')
			return i;
	}
	return length;
}
