/* SPDX-License-Identifier: MIT */
#include "embedder/modules/split_btf.h"

#include <stdlib.h>

#include "embedder/pack/word_roles.h"

void split_btf_close(struct split_btf *split)
{
	free(split->offsets);
	*split = (struct split_btf){0};
}

static int find_types(struct split_btf *split, struct reason *why)
{
	uint32_t size = split->parts.types_size, offset = 0;

	while (size - offset >= sizeof(struct btf_type)) {
		const struct btf_type *type =
			(const struct btf_type *)(split->parts.types + offset);
		uint32_t info = split_btf_u32(split, type->info), kind = WORD_KIND(info);

		if (!word_roles_know(kind))
			return reason_set(why, -EOPNOTSUPP,
					  "type [%u]: kind %u is not known, so it cannot be joined "
					  "with its base",
					  split->first + split->count, kind);
		if (word_count(info) * sizeof(uint32_t) > size - offset)
			break;
		split->offsets[split->count++] = offset;
		offset += word_count(info) * sizeof(uint32_t);
	}
	if (offset != size)
		return reason_set(why, -EBADMSG, "type [%u]: cut off by the end of the types",
				  split->first + split->count);
	return 0;
}

int split_btf_open(const void *data, size_t size, const struct type_view *base,
		   struct split_btf *ret_split, struct reason *why)
{
	struct split_btf split = {
		.base = base,
		.first = base->type_count,
		.strings_from = base->strings_size,
	};
	int err = btf_header_read(data, size, &split.parts, why);

	if (err)
		return err;
	if (split.parts.swapped != base->swapped)
		return reason_set(why, -EINVAL, "split BTF and its base differ in byte order");
	if (split.parts.strings_size && split.parts.strings[split.parts.strings_size - 1])
		return reason_set(why, -EBADMSG, "BTF: strings do not end with a zero byte");
	split.offsets = malloc(((size_t)split.parts.types_size / sizeof(struct btf_type) + 1) *
			       sizeof(*split.offsets));
	if (!split.offsets)
		return reason_errno(why, -ENOMEM, "cannot read its types");
	err = find_types(&split, why);
	if (err) {
		split_btf_close(&split);
		return err;
	}
	*ret_split = split;
	return 0;
}

const struct btf_type *split_btf_type(const struct split_btf *split, uint32_t id)
{
	if (id < split->first)
		return type_view_type(split->base, id);
	id -= split->first;
	return id < split->count ? split_btf_own(split, id) : NULL;
}

const char *split_btf_string(const struct split_btf *split, uint32_t offset)
{
	const char *strings = split->base->strings;

	if (offset >= split->strings_from) {
		strings = split->parts.strings;
		offset -= split->strings_from;
		if (offset >= split->parts.strings_size)
			return NULL;
	}
	return !offset || !strings[offset - 1] ? strings + offset : NULL;
}
