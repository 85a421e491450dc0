/* SPDX-License-Identifier: MIT */
/*
 * In: a BTF. Out: its declaration tags, sorted by what they are on.
 */
#include "runner/show/tags.h"

#include <bpf/btf.h>
#include <stdlib.h>

#include "runtime/util/array.h"

static int compare(const struct tag *left, const struct tag *right)
{
	if (left->type != right->type)
		return left->type < right->type ? -1 : 1;
	return left->component < right->component ? -1 : left->component > right->component;
}

static int compare_all(const void *left_pointer, const void *right_pointer)
{
	const struct tag *left = left_pointer, *right = right_pointer;
	int order = compare(left, right);

	/* strings of one BTF, so both point into the same memory */
	return order ? order : left->text < right->text ? -1 : left->text > right->text;
}

int tags_collect(struct tags *tags, const struct btf *btf)
{
	uint32_t count = btf__type_cnt(btf);

	for (uint32_t id = 1; id < count; id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *text;

		if (!type || !btf_is_decl_tag(type))
			continue;
		text = btf__name_by_offset(btf, type->name_off);
		if (!text)
			continue;
		if (array_reserve(tags->list, tags->capacity, tags->count + 1))
			return -ENOMEM;
		tags->list[tags->count++] =
			(struct tag){type->type, btf_decl_tag(type)->component_idx, text};
	}
	if (tags->count)
		qsort(tags->list, tags->count, sizeof(*tags->list), compare_all);
	return 0;
}

void tags_free(struct tags *tags)
{
	free(tags->list);
	*tags = (struct tags){0};
}

const struct tag *tags_of(const struct tags *tags, uint32_t type, int32_t component,
			  size_t *ret_count)
{
	struct tag wanted = {type, component, NULL};
	size_t low = 0, high = tags->count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&tags->list[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < tags->count && compare(&tags->list[end], &wanted) == 0;)
		end++;
	*ret_count = end - low;
	return tags->count ? tags->list + low : NULL;
}
