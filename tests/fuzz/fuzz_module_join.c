/* SPDX-License-Identifier: MIT */
/*
 * Split BTF from outside, with a base that is not its own or a distilled one from outside as well:
 * what is accepted must be BTF in which every reference and every name is in range.
 *
 *	u16 size of the kernel's BTF, u16 size of the distilled base (0: none) | both | split BTF
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/modules/module_join.h"

struct piece {
	void *data; /* aligned, and exactly as large */
	size_t size;
};

static struct piece take(const uint8_t **data, size_t *left, size_t size)
{
	struct piece piece = {.size = size < *left ? size : *left};

	piece.data = malloc(piece.size + 1);
	if (!piece.data)
		abort();
	memcpy(piece.data, *data, piece.size);
	*data += piece.size;
	*left -= piece.size;
	return piece;
}

/* Every type that the join has accepted refers to types and strings that are there. */
static void check(const struct module_join *join)
{
	struct btf_source joined = {0};
	void *btf = NULL;
	size_t size;

	if (module_join_finish(join, &btf, &size, NULL))
		return;
	if (btf_source_open_all(&joined, btf, size, NULL))
		abort();
	for (uint32_t id = join->kernel.types.view.type_count; id < joined.types.view.type_count;
	     id++) {
		const struct type_view *view = &joined.types.view;
		const struct btf_type *type = type_view_type(view, id);
		uint32_t kind = type_view_kind(view, type);

		if (!type_view_string(view, type_view_name_offset(view, type)))
			abort();
		if ((kind == BTF_KIND_PTR || type_view_is_transparent(kind)) &&
		    !type_view_type(view, type_view_target(view, type)))
			abort();
		for (uint32_t i = 0; type_view_is_composite(kind) && i < type_view_vlen(view, type);
		     i++)
			if (!type_view_type(view,
					    type_view_u32(view, type_view_members(type)[i].type)))
				abort();
	}
	btf_source_free(&joined);
	free(btf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct piece kernel, base, split;
	struct module_join join = {0};
	uint16_t sizes[2];

	if (size < sizeof(sizes))
		return 0;
	memcpy(sizes, data, sizeof(sizes));
	data += sizeof(sizes);
	size -= sizeof(sizes);
	kernel = take(&data, &size, sizes[0]);
	base = take(&data, &size, sizes[1]);
	split = take(&data, &size, size);
	if (!module_join_start(&join, kernel.data, kernel.size, NULL)) {
		/* Twice: the second one comes after the first one's types. */
		for (int i = 0; i < 2; i++)
			module_join_add(&join, split.data, split.size, base.size ? base.data : NULL,
					base.size, NULL);
		check(&join);
	}
	module_join_free(&join);
	free(kernel.data);
	free(base.data);
	free(split.data);
	return 0;
}
