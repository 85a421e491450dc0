/* SPDX-License-Identifier: MIT */
/*
 * In: the entries of a map. Out: histograms.
 */
#include "runner/maps/histogram_reader.h"

#include <bpf/libbpf.h>
#include <string.h>

#include "runner/show/bits.h"

static bool is_count(const struct field *field)
{
	return field->kind == FIELD_INTEGER && !field->is_bit_field && field->size <= 8;
}

static bool is_named(const struct field *field, const char *key)
{
	return field->key_length == strlen(key) && memcmp(field->key, key, field->key_length) == 0;
}

/* Members of the value and of structs in it; `slots` comes before any other array of integers. */
static void search(const struct field *field, uint32_t count, uint64_t base,
		   struct histogram_place *place)
{
	for (uint32_t i = 0; i < count; i += 1 + field[i].body) {
		uint64_t start = base + field[i].offset;

		if (field[i].kind == FIELD_OBJECT) {
			search(&field[i] + 1, field[i].body, start, place);
		} else if (field[i].kind == FIELD_ARRAY && is_count(&field[i] + 1)) {
			if (!place->slots || is_named(&field[i], "\"slots\":")) {
				place->slots = &field[i];
				place->offset = start;
			}
		} else if (is_count(&field[i]) && is_named(&field[i], "\"sum\":")) {
			place->sum = &field[i];
			place->sum_offset = start;
		}
	}
}

int histogram_find(const struct map_reader *reader, struct histogram_place *ret, struct reason *why)
{
	struct histogram_place place = {0};
	const struct plan *key = &reader->key, *value = &reader->value;

	if (value->count && key->count && is_count(value->fields) && is_count(key->fields) &&
	    value->fields->size <= reader->value_size && key->fields->size <= reader->key_size) {
		place.is_map = true;
	} else {
		search(value->fields, (uint32_t)value->count, 0, &place);
		if (!place.slots || place.offset + place.slots->size > reader->value_size)
			return reason_set(why, -EINVAL,
					  "map %.100s is no histogram: its value has no array of "
					  "integers, and is no integer with the slot as its key",
					  bpf_map__name(reader->map));
	}
	*ret = place;
	return 0;
}

void histogram_read(const struct map_reader *reader, const struct histogram_place *place,
		    size_t entry, const struct map_shape *shape, struct histogram *ret)
{
	histogram_clear(ret, shape);
	if (!place->is_map) {
		const uint8_t *slots = reader->entries[entry].value + place->offset;
		uint64_t size = place->slots[1].size;

		for (uint64_t i = 0; i < place->slots->count; i++)
			histogram_add(ret, i, bits_load_whole(slots + i * size, (size_t)size));
		return;
	}
	for (size_t i = 0; i < reader->count; i++)
		histogram_add(
			ret,
			bits_load_whole(reader->entries[i].key, (size_t)reader->key.fields->size),
			bits_load_whole(reader->entries[i].value,
					(size_t)reader->value.fields->size));
}
