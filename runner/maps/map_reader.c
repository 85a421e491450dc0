/* SPDX-License-Identifier: MIT */
/*
 * In: a loaded map. Out: its entries, sorted. With batches where the kernel has them (5.6 for hash
 * maps and arrays), else one after the other. A hash map changes while it is read: an entry may be
 * missed or come twice, and the ones that come twice are dropped after sorting.
 */
#include "runner/maps/map_reader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"

#define BATCH_FIRST  512
#define ENOTSUPP_BPF 524 /* the kernel's ENOTSUPP, which no header has */

static const struct {
	enum bpf_map_type type;
	bool is_per_cpu, is_array;
} kinds[] = {
	{BPF_MAP_TYPE_HASH, false, false},	 {BPF_MAP_TYPE_ARRAY, false, true},
	{BPF_MAP_TYPE_PERCPU_HASH, true, false}, {BPF_MAP_TYPE_PERCPU_ARRAY, true, true},
	{BPF_MAP_TYPE_LRU_HASH, false, false},	 {BPF_MAP_TYPE_LRU_PERCPU_HASH, true, false},
	{BPF_MAP_TYPE_LPM_TRIE, false, false},	 {BPF_MAP_TYPE_STACK_TRACE, false, false},
};

static int kind_of(const struct bpf_map *map)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].type == bpf_map__type(map))
			return (int)i;
	return -1;
}

static int compile(struct plan *plan, const struct btf *btf, uint32_t type, uint32_t size,
		   struct reason *why)
{
	if (!type || !btf)
		return plan_raw(plan, size, why);
	return plan_compile(plan, btf, type, why);
}

int map_reader_open(struct map_reader *reader, const struct bpf_map *map, const struct btf *btf,
		    struct reason *why)
{
	int kind = kind_of(map), cpus, err;

	if (kind < 0)
		return reason_set(
			why, -EOPNOTSUPP,
			"map %.100s: maps of type %s are not shown: they have no entries to list",
			bpf_map__name(map), libbpf_bpf_map_type_str(bpf_map__type(map)) ?: "?");
	reader->map = map;
	reader->key_size = bpf_map__key_size(map);
	reader->value_size = bpf_map__value_size(map);
	err = compile(&reader->key, btf, bpf_map__btf_key_type_id(map), reader->key_size, why);
	if (!err)
		err = compile(&reader->value, btf, bpf_map__btf_value_type_id(map),
			      reader->value_size, why);
	if (err)
		return err;
	if (reader->key.count && reader->key.fields->kind != FIELD_OBJECT)
		reader->key.fields->title = "KEY";
	reader->raw_size = reader->value_size;
	if (kinds[kind].is_per_cpu) {
		cpus = libbpf_num_possible_cpus();
		if (cpus < 1)
			return reason_errno(why, cpus, "number of processors");
		reader->cpus = (uint32_t)cpus;
		reader->raw_size = ((size_t)reader->value_size + 7) / 8 * 8 * reader->cpus;
	}
	if (value_sum_compile(&reader->sum, &reader->value, reader->value_size) ||
	    value_sum_compile(&reader->key_numbers, &reader->key, reader->key_size))
		return reason_errno(why, -ENOMEM, "values of a map");
	return 0;
}

static void free_entries(struct map_reader *reader)
{
	free(reader->keys);
	free(reader->values);
	free(reader->entries);
	reader->keys = reader->values = NULL;
	reader->entries = NULL;
	reader->count = reader->capacity = 0;
}

void map_reader_close(struct map_reader *reader)
{
	free_entries(reader);
	plan_free(&reader->key);
	plan_free(&reader->value);
	value_sum_free(&reader->sum);
	value_sum_free(&reader->key_numbers);
	*reader = (struct map_reader){0};
}

/* Takes the memory for all entries that are ever kept. */
static int reserve(struct map_reader *reader)
{
	size_t wanted = bpf_map__max_entries(reader->map);
	size_t each = reader->key_size + reader->value_size + sizeof(*reader->entries);

	if (wanted > MAP_ENTRIES_MAX)
		wanted = MAP_ENTRIES_MAX;
	if (wanted > MAP_BYTES_MAX / each)
		wanted = MAP_BYTES_MAX / each;
	reader->count = 0;
	reader->is_cut = false;
	if (reader->capacity >= wanted)
		return 0;
	free_entries(reader);
	reader->keys = malloc(wanted * reader->key_size + 1);
	reader->values = malloc(wanted * reader->value_size + 1);
	reader->entries = calloc(wanted + 1, sizeof(*reader->entries));
	if (!reader->keys || !reader->values || !reader->entries) {
		free_entries(reader);
		return -ENOMEM;
	}
	reader->capacity = wanted;
	return 0;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	return !size || (!bytes[0] && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* Keeps an entry as the kernel gave it. */
static void add_entry(struct map_reader *reader, const uint8_t *key, const uint8_t *raw)
{
	uint8_t *key_to = reader->keys + reader->count * reader->key_size;
	uint8_t *value_to = reader->values + reader->count * reader->value_size;

	if (reader->count == reader->capacity) {
		reader->is_cut = true;
		return;
	}
	memcpy(key_to, key, reader->key_size);
	if (reader->cpus)
		value_sum(&reader->sum, raw, reader->raw_size / reader->cpus, reader->cpus,
			  reader->value_size, value_to);
	else
		memcpy(value_to, raw, reader->value_size);
	if (kinds[kind_of(reader->map)].is_array && is_zero(value_to, reader->value_size))
		return;
	reader->entries[reader->count].key = key_to;
	reader->entries[reader->count++].value = value_to;
}

/* -ENOTSUP: the kernel has no batches for this map. */
static int read_batches(struct map_reader *reader, int fd)
{
	size_t position_size = reader->key_size > 8 ? reader->key_size : 8;
	uint32_t size = BATCH_FIRST;
	_cleanup_free_ uint8_t *from = calloc(1, position_size), *to = calloc(1, position_size);
	bool is_first = true;
	size_t seen = 0;

	if (size > MAP_BYTES_MAX / (reader->raw_size + 1))
		size = (uint32_t)(MAP_BYTES_MAX / (reader->raw_size + 1)) + 1;
	while (from && to) {
		_cleanup_free_ uint8_t *keys = malloc((size_t)size * reader->key_size + 1);
		_cleanup_free_ uint8_t *values = malloc((size_t)size * reader->raw_size + 1);
		uint32_t count = size;
		int err;

		if (!keys || !values)
			return -ENOMEM;
		err = bpf_map_lookup_batch(fd, is_first ? NULL : from, to, keys, values, &count,
					   NULL);
		if (err == -ENOSPC && size < MAP_ENTRIES_MAX && !count) {
			size *= 2; /* a bucket of the hash map is larger than the batch */
			continue;
		}
		if (err && err != -ENOENT)
			return is_first && (err == -ENOTSUPP_BPF || err == -EINVAL) ? -ENOTSUP
										    : err;
		for (uint32_t i = 0; i < count; i++)
			add_entry(reader, keys + (size_t)i * reader->key_size,
				  values + (size_t)i * reader->raw_size);
		seen += count;
		if (err == -ENOENT || reader->is_cut ||
		    seen > bpf_map__max_entries(reader->map) * 2ul)
			return 0;
		memcpy(from, to, position_size);
		is_first = false;
	}
	return -ENOMEM;
}

static int read_one_by_one(struct map_reader *reader, int fd)
{
	_cleanup_free_ uint8_t *key = malloc(reader->key_size + 1u);
	_cleanup_free_ uint8_t *next = malloc(reader->key_size + 1u);
	_cleanup_free_ uint8_t *value = malloc(reader->raw_size + 1);
	bool is_first = true;
	int err = 0;

	if (!key || !next || !value)
		return -ENOMEM;
	/* A key that was deleted since leads back to the start: not without end. */
	for (uint64_t i = 0; i < bpf_map__max_entries(reader->map) * 2ull; i++) {
		err = bpf_map_get_next_key(fd, is_first ? NULL : key, next);
		if (err)
			break;
		memcpy(key, next, reader->key_size);
		is_first = false;
		if (!bpf_map_lookup_elem(fd, key, value))
			add_entry(reader, key, value);
		if (reader->is_cut)
			break;
	}
	return err == -ENOENT ? 0 : err;
}

static int compare_keys(const void *left, const void *right, void *context)
{
	const struct map_entry *a = left, *b = right;
	const struct map_reader *reader = context;

	return value_compare(&reader->key_numbers, a->key, b->key, reader->key_size);
}

static int compare_values(const void *left, const void *right, void *context)
{
	const struct map_entry *a = left, *b = right;
	const struct map_reader *reader = context;
	int order = value_compare(&reader->sum, b->value, a->value, reader->value_size);

	return order ? order : compare_keys(left, right, context);
}

static void sort_entries(struct map_reader *reader)
{
	bool by_value = reader->value.count && reader->value.fields[0].kind == FIELD_INTEGER &&
			!kinds[kind_of(reader->map)].is_array;
	size_t kept = 0;

	if (!reader->count)
		return;
	qsort_r(reader->entries, reader->count, sizeof(*reader->entries), compare_keys, reader);
	for (size_t i = 1; i < reader->count; i++)
		if (memcmp(reader->entries[kept].key, reader->entries[i].key, reader->key_size))
			reader->entries[++kept] = reader->entries[i];
	reader->count = kept + 1;
	if (by_value)
		qsort_r(reader->entries, reader->count, sizeof(*reader->entries), compare_values,
			reader);
}

int map_reader_read(struct map_reader *reader, struct reason *why)
{
	int fd = bpf_map__fd(reader->map), err = -ENOTSUP;

	if (fd < 0)
		return reason_set(why, fd, "map %.100s is not loaded", bpf_map__name(reader->map));
	if (reserve(reader))
		return reason_errno(why, -ENOMEM, "entries of a map");
	if (!reader->has_no_batch)
		err = read_batches(reader, fd);
	if (err == -ENOTSUP) {
		reader->has_no_batch = true;
		err = read_one_by_one(reader, fd);
	}
	if (err)
		return reason_set(why, err, "map %.100s cannot be read: %s",
				  bpf_map__name(reader->map), strerror(-err));
	sort_entries(reader);
	return 0;
}

int map_reader_clear(struct map_reader *reader, struct reason *why)
{
	int fd = bpf_map__fd(reader->map), err = 0;
	bool is_array = kinds[kind_of(reader->map)].is_array;
	_cleanup_free_ uint8_t *zero = calloc(1, reader->raw_size + 1);

	if (!zero)
		return reason_errno(why, -ENOMEM, "entries of a map");
	for (size_t i = 0; i < reader->count; i++) {
		int one = is_array ? bpf_map_update_elem(fd, reader->entries[i].key, zero, BPF_ANY)
				   : bpf_map_delete_elem(fd, reader->entries[i].key);

		if (one && one != -ENOENT) /* the program may have deleted it */
			err = one;
	}
	if (err)
		return reason_set(why, err, "map %.100s cannot be cleared: %s",
				  bpf_map__name(reader->map), strerror(-err));
	return 0;
}
