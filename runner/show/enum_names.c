/* SPDX-License-Identifier: MIT */
/*
 * In: an enum of BTF. Out: value -> name.
 */
#include "runner/show/enum_names.h"

#include <bpf/btf.h>
#include <stdlib.h>

static int compare(const void *left_pointer, const void *right_pointer)
{
	const struct enum_value *left = left_pointer, *right = right_pointer;

	if (left->value != right->value)
		return left->value < right->value ? -1 : 1;
	/* strings of one BTF: the order is the same in each run */
	return left->name < right->name ? -1 : left->name > right->name;
}

struct enum_names *enum_names_read(const struct btf *btf, const struct btf_type *type,
				   struct arena *memory)
{
	/* An old-style enum of 8 bytes has a value that its 32 bits could not hold: none is sure.
	 */
	size_t count = btf_is_enum(type) && type->size > 4 ? 0 : btf_vlen(type);
	struct enum_names *names =
		arena_alloc(memory, sizeof(*names) + count * sizeof(*names->values));

	if (!names)
		return NULL;
	names->is_signed = btf_kflag(type);
	/* clang 14 writes the values of a signed enum without that flag. */
	for (size_t i = 0; i < count && btf_is_enum(type); i++)
		names->is_signed |= btf_enum(type)[i].val < 0 && type->size < 4;
	for (size_t i = 0; i < count; i++) {
		struct enum_value *value = &names->values[names->count];
		uint32_t name;

		if (btf_is_enum(type)) {
			int32_t low = btf_enum(type)[i].val;

			value->value = names->is_signed ? (uint64_t)(int64_t)low : (uint32_t)low;
			name = btf_enum(type)[i].name_off;
		} else {
			value->value = btf_enum64_value(&btf_enum64(type)[i]);
			name = btf_enum64(type)[i].name_off;
		}
		value->name = btf__name_by_offset(btf, name);
		names->count += value->name != NULL;
	}
	if (names->count)
		qsort(names->values, names->count, sizeof(*names->values), compare);
	return names;
}

const char *enum_names_find(const struct enum_names *names, uint64_t value)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->values[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < names->count && names->values[low].value == value)
		return names->values[low].name;
	return NULL;
}
