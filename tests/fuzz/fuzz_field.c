/* SPDX-License-Identifier: MIT */
/*
 * A field's name, a NUL, and the BTF in which it is looked for: as corebtf_field_offset() does, and
 * as --keep does, which follows pointers.
 */
#include <stdlib.h>

#include "runtime/btf/btf_source.h"
#include "runtime/field/field_find.h"

static int see_part(void *context, uint32_t id, uint32_t number)
{
	*(size_t *)context += id + number;
	return 0;
}

static int see_pointed(void *context, uint32_t id)
{
	*(size_t *)context += id;
	return 0;
}

/* From every type that the path may start at. */
static void walk_all(const struct type_view *types, const struct field_path *path)
{
	size_t sum = 0;
	struct field_walk walk = {
		.types = types,
		.pointer_size = 8,
		.through_pointers = true,
		.part = see_part,
		.pointed = see_pointed,
		.context = &sum,
		.names_left = 1 << 16,
	};

	for (uint32_t id = 1; id < types->type_count && id < 256; id++) {
		struct field_place place;

		if (!field_path_starts_at(path, types, id))
			continue;
		if (field_walk(&walk, path, id, &place) == 1 && place.is_enumerator)
			sum += (size_t)field_enumerator_value(types, &place);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, 0, size < 512 ? size : 512);
	const char *name = (const char *)data;
	struct btf_source source = {0};
	struct field_found found;
	struct field_path path;
	struct reason why;
	size_t left;
	void *copy;

	if (!end)
		return 0;
	left = size - (end + 1 - data);
	copy = malloc(left + 1); /* aligned, and exactly as large */
	memcpy(copy, end + 1, left);
	if (!btf_source_open(&source, copy, left, &why)) {
		int err = field_find(&source.types, name, &found, &why);

		if (err != -EBADMSG && !field_path_read(name, strlen(name), &path, &why) &&
		    source.types.view.type_count > 1)
			walk_all(&source.types.view, &path);
	}
	btf_source_free(&source);
	free(copy);
	return 0;
}
