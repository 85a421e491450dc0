/* SPDX-License-Identifier: MIT */
/*
 * In: raw BTF. Out: a source with its parts in place; btf_scan.c then goes through the types.
 *
 * The info word is read as newer kernels define it (vlen 24 bits, kind 7 bits); in older BTF the
 * bits that were added are zero, so one reading serves both. A kind that is newer than this file is
 * stepped over with the help of the layout section, when the BTF has one.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_header.h"
#include "runtime/btf/btf_source.h"

#define LAYOUT_ENTRY_SIZE 4 /* u8 info_size, u8 element_size, u16 flags */

/* Bytes after struct btf_type, and for each member, parameter, enumerator or variable. */
static const struct {
	uint16_t extra, element;
} known_kinds[TYPE_VIEW_KIND_KNOWN] = {
	[BTF_KIND_INT] = {4, 0},
	[BTF_KIND_ARRAY] = {sizeof(struct btf_array), 0},
	[BTF_KIND_STRUCT] = {0, sizeof(struct btf_member)},
	[BTF_KIND_UNION] = {0, sizeof(struct btf_member)},
	[BTF_KIND_ENUM] = {0, sizeof(struct btf_enum)},
	[BTF_KIND_FUNC_PROTO] = {0, sizeof(struct btf_param)},
	[BTF_KIND_VAR] = {4, 0},
	[BTF_KIND_DATASEC] = {0, sizeof(struct btf_var_secinfo)},
	[TYPE_VIEW_KIND_DECL_TAG] = {4, 0},
	[TYPE_VIEW_KIND_ENUM64] = {0, sizeof(struct type_view_enum64)},
};

void btf_source_free(struct btf_source *source)
{
	free(source->offsets);
	*source = (struct btf_source){0};
}

static void set_kinds(struct btf_source *source, const unsigned char *layout, uint32_t layout_size)
{
	uint32_t count = layout_size / LAYOUT_ENTRY_SIZE;

	memset(source->kinds, 0, sizeof(source->kinds));
	for (uint32_t kind = 1; kind < TYPE_VIEW_KIND_KNOWN; kind++) {
		source->kinds[kind].base = sizeof(struct btf_type) + known_kinds[kind].extra;
		source->kinds[kind].element = known_kinds[kind].element;
	}
	for (uint32_t kind = TYPE_VIEW_KIND_KNOWN; kind < count && kind < BTF_SOURCE_KINDS;
	     kind++) {
		const unsigned char *entry = layout + (size_t)kind * LAYOUT_ENTRY_SIZE;

		/* Types are aligned to 4; a size that is not cannot be stepped over. */
		if (entry[0] % 4 || entry[1] % 4)
			continue;
		source->kinds[kind].base = sizeof(struct btf_type) + entry[0];
		source->kinds[kind].element = entry[1];
	}
}

int btf_source_open(struct btf_source *source, const void *data, size_t size, struct reason *why)
{
	struct btf_header_parts parts;
	int err = btf_header_read(data, size, &parts, why);

	if (err)
		return err;
	source->types = (struct type_source){
		.view = {.types = parts.types,
			 .strings = parts.strings,
			 .strings_size = parts.strings_size,
			 .type_count = 1,
			 .swapped = parts.swapped},
		.find = btf_source_find,
	};
	source->types_size = parts.types_size;
	source->layout = parts.layout;
	source->layout_size = parts.layout_size;
	source->layout = parts.layout;
	source->layout_size = parts.layout_size;
	if (!parts.strings_size || parts.strings[parts.strings_size - 1])
		return reason_set(why, -EBADMSG, "BTF: strings do not end with a zero byte");
	if (parts.strings[0])
		return reason_set(why, -EBADMSG,
				  "BTF: strings do not start with the empty one (is it split BTF "
				  "that needs its base?)");
	set_kinds(source, parts.layout, parts.layout_size);
	return 0;
}

int btf_source_open_all(struct btf_source *source, const void *data, size_t size,
			struct reason *why)
{
	int err = btf_source_open(source, data, size, why);

	return err ? err : btf_source_find(&source->types, NULL, NULL, NULL, why);
}
