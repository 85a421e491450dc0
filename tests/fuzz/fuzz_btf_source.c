/* SPDX-License-Identifier: MIT */
/*
 * A kernel BTF from outside: the header, the pass over its types, and then every accessor on
 * every type, as far as the view says they may be read.
 */
#include <stdlib.h>

#include "runtime/btf/btf_source.h"

static int see_name(void *context, uint32_t id, const struct btf_type *type, const char *name)
{
	*(size_t *)context += strnlen(name, 64) + id;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct btf_source source;
	static struct wanted_types every_name;
	struct type_view *view = &source.types.view;
	struct reason why;
	size_t sum = 0;
	void *copy = malloc(size + 1); /* aligned, and exactly as large */

	memcpy(copy, data, size);
	every_name.kinds = UINT32_MAX;
	memset(every_name.prefixes, 0xff, sizeof(every_name.prefixes));
	if (!btf_source_open(&source, copy, size, &why) &&
	    !btf_source_find(&source.types, &every_name, see_name, &sum, &why)) {
		for (uint32_t id = 0; id < view->type_count && id < 4096; id++) {
			const struct btf_type *type = type_view_type(view, id);
			uint32_t kind = type_view_kind(view, type), stripped = id;
			uint32_t vlen = type_view_vlen(view, type);

			type_view_strip(view, &stripped);
			sum += (size_t)type_view_resolve_size(view, id, 8);
			if (kind == BTF_KIND_INT)
				sum += type_view_int_encoding(view, type);
			if (kind == BTF_KIND_ARRAY)
				sum += type_view_elements(view, type);
			for (uint32_t i = 0; type_view_is_enum(kind) && i < vlen; i++)
				sum += type_view_enumerator(view, type, i);
			for (uint32_t i = 0; type_view_is_composite(kind) && i < vlen; i++)
				sum += type_view_bit_offset(view, type, i) +
				       type_view_bit_size(view, type, i);
		}
	}
	free(copy);
	return sum == SIZE_MAX ? -1 : 0;
}
