/* SPDX-License-Identifier: MIT */
/*
 * In: raw BTF, untrusted. Out: a view with its parts in their places; btf_scan.c then steps over
 * the types.
 *
 * The info word is read as newer kernels define it (vlen 24 bits, kind 7 bits); in older BTF the
 * bits that were added are zero, so one reading serves both. A kind that is newer than this file
 * is stepped over with the help of the layout section, when the BTF has one.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/btf/btf_header.h"
#include "embedder/btf/btf_view.h"

/* As libbpf does: longer chains have no size. */
#define MAX_RESOLVE_DEPTH 32
/* No compiler nests typedefs and qualifiers this deep: it is a cycle. */
#define MAX_CHAIN 4096

#define LAYOUT_ENTRY_SIZE 4 /* u8 info_size, u8 element_size, u16 flags */

const struct btf_type btf_view_void;

static const struct {
	const char *name;
	uint16_t extra, element;
} known_kinds[BTF_VIEW_KIND_KNOWN] = {
	[0] = {"void", 0, 0},
	[BTF_KIND_INT] = {"int", 4, 0},
	[BTF_KIND_PTR] = {"pointer", 0, 0},
	[BTF_KIND_ARRAY] = {"array", sizeof(struct btf_array), 0},
	[BTF_KIND_STRUCT] = {"struct", 0, sizeof(struct btf_member)},
	[BTF_KIND_UNION] = {"union", 0, sizeof(struct btf_member)},
	[BTF_KIND_ENUM] = {"enum", 0, sizeof(struct btf_enum)},
	[BTF_KIND_FWD] = {"forward declaration", 0, 0},
	[BTF_KIND_TYPEDEF] = {"typedef", 0, 0},
	[BTF_KIND_VOLATILE] = {"volatile", 0, 0},
	[BTF_KIND_CONST] = {"const", 0, 0},
	[BTF_KIND_RESTRICT] = {"restrict", 0, 0},
	[BTF_KIND_FUNC] = {"function", 0, 0},
	[BTF_KIND_FUNC_PROTO] = {"function prototype", 0, sizeof(struct btf_param)},
	[BTF_KIND_VAR] = {"variable", 4, 0},
	[BTF_KIND_DATASEC] = {"data section", 0, sizeof(struct btf_var_secinfo)},
	[BTF_KIND_FLOAT] = {"float", 0, 0},
	[BTF_VIEW_KIND_DECL_TAG] = {"declaration tag", 4, 0},
	[BTF_VIEW_KIND_TYPE_TAG] = {"type tag", 0, 0},
	[BTF_VIEW_KIND_ENUM64] = {"enum64", 0, sizeof(struct btf_view_enum64)},
};

const char *btf_view_kind_name(uint32_t kind)
{
	return kind < BTF_VIEW_KIND_KNOWN ? known_kinds[kind].name : "unknown kind";
}

void btf_view_free(struct btf_view *view)
{
	free(view->offsets);
	*view = (struct btf_view){0};
}

static void set_kinds(struct btf_view *view, const unsigned char *layout, uint32_t layout_size)
{
	uint32_t count = layout_size / LAYOUT_ENTRY_SIZE;

	memset(view->kinds, 0, sizeof(view->kinds));
	for (uint32_t kind = 1; kind < BTF_VIEW_KIND_KNOWN; kind++) {
		view->kinds[kind].base = sizeof(struct btf_type) + known_kinds[kind].extra;
		view->kinds[kind].element = known_kinds[kind].element;
	}
	for (uint32_t kind = BTF_VIEW_KIND_KNOWN; kind < count && kind < BTF_VIEW_KINDS; kind++) {
		const unsigned char *entry = layout + (size_t)kind * LAYOUT_ENTRY_SIZE;

		/* Types are aligned to 4; a size that is not cannot be stepped over. */
		if (entry[0] % 4 || entry[1] % 4)
			continue;
		view->kinds[kind].base = sizeof(struct btf_type) + entry[0];
		view->kinds[kind].element = entry[1];
	}
}

int btf_view_open(struct btf_view *view, const void *data, size_t size, struct reason *why)
{
	struct btf_header_parts parts;
	int err = btf_header_read(data, size, &parts, why);

	if (err)
		return err;
	view->swapped = parts.swapped;
	view->types = parts.types;
	view->types_size = parts.types_size;
	view->strings = parts.strings;
	view->strings_size = parts.strings_size;
	view->type_count = 1;
	if (!view->strings_size || view->strings[view->strings_size - 1])
		return reason_set(why, -EBADMSG, "BTF: strings do not end with a zero byte");
	if (view->strings[0])
		return reason_set(why, -EBADMSG,
				  "BTF: strings do not start with the empty one (is it split BTF "
				  "that needs its base?)");
	set_kinds(view, parts.layout, parts.layout_size);
	return 0;
}

const struct btf_type *btf_view_strip(const struct btf_view *view, uint32_t *id)
{
	const struct btf_type *type = btf_view_type(view, *id);

	for (unsigned int steps = 0; type; steps++) {
		uint32_t next;

		if (!btf_view_is_transparent(btf_view_kind(view, type)))
			return type;
		if (steps == MAX_CHAIN)
			return NULL;
		next = btf_view_target(view, type);
		type = btf_view_type(view, next);
		if (type)
			*id = next;
	}
	return NULL;
}

int64_t btf_view_resolve_size(const struct btf_view *view, uint32_t id, uint32_t pointer_size)
{
	uint32_t elements = 1, size = 0;
	bool sized = false;

	for (unsigned int i = 0; i < MAX_RESOLVE_DEPTH && id && !sized; i++) {
		const struct btf_type *type = btf_view_type(view, id);
		uint32_t count;

		if (!type)
			break;
		switch (btf_view_kind(view, type)) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_VIEW_KIND_ENUM64:
		case BTF_KIND_DATASEC:
		case BTF_KIND_FLOAT:
			size = btf_view_size(view, type);
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
		case BTF_VIEW_KIND_DECL_TAG:
		case BTF_VIEW_KIND_TYPE_TAG:
			id = btf_view_target(view, type);
			break;
		case BTF_KIND_ARRAY:
			count = btf_view_elements(view, type);
			if (elements && count > UINT32_MAX / elements)
				return -E2BIG;
			elements *= count;
			id = btf_view_u32(view, btf_view_array(type)->type);
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

size_t btf_view_essential_length(const char *name, size_t length)
{
	/* A flavour starts at the last "___" with something other than '_' on both sides. */
	for (size_t i = length >= 5 ? length - 4 : 0; i > 0; i--) {
		const char *s = name + i - 1;

		if (s[0] != '_' && s[1] == '_' && s[2] == '_' && s[3] == '_' && s[4] != '_')
			return i;
	}
	return length;
}
