/* SPDX-License-Identifier: MIT */
/*
 * In: maps and event counters. Out: the page.
 */
#include "runner/metrics/metrics.h"

#include <bpf/libbpf.h>
#include <inttypes.h>
#include <stdlib.h>

#include "embedder/util/cleanup.h"
#include "runner/maps/histogram_reader.h"
#include "runner/maps/map_reader.h"
#include "runner/metrics/exposition.h"
#include "runner/show/bits.h"
#include "runner/show/show_value.h"
#include "runtime/util/array.h"

struct metric_map {
	struct map_reader reader;
	enum map_metric metric;
	struct map_shape shape;
	struct histogram_place place;
	size_t left_out; /* entries, of the last page */
};

struct metrics {
	struct exposition_name program;
	struct metric_map **maps;
	size_t map_count, map_capacity;
	struct event_counter **counters;
	size_t counter_count, counter_capacity;
	struct show_context context;
	struct histogram histogram;
	struct line line; /* the text of a label */
};

static void map_free(struct metric_map *map)
{
	map_reader_close(&map->reader);
	free(map);
}

static void cleanup_map(struct metric_map **map)
{
	if (*map)
		map_free(*map);
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	for (size_t i = 0; i < metrics->map_count; i++)
		map_free(metrics->maps[i]);
	for (size_t i = 0; i < metrics->counter_count; i++)
		event_counter_free(metrics->counters[i]);
	free(metrics->maps);
	free(metrics->counters);
	show_context_free(&metrics->context);
	line_free(&metrics->line);
	free(metrics);
}

int metrics_new(struct metrics **ret, const char *program)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics || line_new(&metrics->line)) {
		free(metrics);
		return -ENOMEM;
	}
	metrics->program = exposition_name((const char *[]){program, NULL});
	*ret = metrics;
	return 0;
}

int metrics_add_map(struct metrics *metrics, const struct bpf_map *bpf_map, const struct btf *btf,
		    enum map_metric metric, const struct map_shape *shape, struct reason *why)
{
	_cleanup_(cleanup_map) struct metric_map *map = calloc(1, sizeof(*map));
	int err;

	if (!map || array_reserve(metrics->maps, metrics->map_capacity, metrics->map_count + 1))
		return reason_errno(why, -ENOMEM, "metrics of a map");
	map->metric = metric;
	map->shape = *shape;
	err = map_reader_open(&map->reader, bpf_map, btf, why);
	if (err)
		return err;
	if (metric == MAP_METRIC_HISTOGRAM) {
		if (shape->kind != MAP_SHAPE_LOG2 && shape->kind != MAP_SHAPE_LINEAR)
			return reason_set(
				why, -EINVAL,
				"map %.100s is a histogram for --metrics, but nothing says "
				"what its slots count: log2 or linear:FIRST:STEP",
				bpf_map__name(bpf_map));
		err = histogram_find(&map->reader, &map->place, why);
		if (err)
			return err;
	}
	show_context_read(&metrics->context, &map->reader.key);
	metrics->maps[metrics->map_count++] = TAKE_PTR(map);
	return 0;
}

int metrics_add_events(struct metrics *metrics, const char *map, const struct btf *btf,
		       uint32_t type, const char *key, struct event_counter **ret,
		       struct reason *why)
{
	struct event_counter *counter = NULL;
	int err;

	if (array_reserve(metrics->counters, metrics->counter_capacity, metrics->counter_count + 1))
		return reason_errno(why, -ENOMEM, "counter of events");
	err = event_counter_new(&counter, map, btf, type, key, why);
	if (err)
		return err;
	show_context_read(&metrics->context, &counter->plan);
	metrics->counters[metrics->counter_count++] = counter;
	*ret = counter;
	return 0;
}

/* One label: a field of a key, as the cell of a table. */
static void render_field(struct metrics *metrics, struct byte_buffer *page, const struct plan *plan,
			 const struct field *field, const uint8_t *bytes, size_t size,
			 uint64_t outer)
{
	struct event_view view = {
		.plan = plan,
		.bytes = bytes,
		.size = size,
		.line = &metrics->line,
		.context = &metrics->context,
	};
	bool has_name = field->key_length > 0;
	struct exposition_name name =
		exposition_name((const char *[]){has_name ? field->title : "key", NULL});

	line_clear(&metrics->line);
	show_value(&view, field, outer + field->offset, outer, SHOW_TABLE);
	exposition_label(page, name.text, metrics->line.data, metrics->line.size);
}

/* The labels of a map's key: a label for each field but arrays. */
static void render_key(struct metrics *metrics, struct byte_buffer *page,
		       const struct map_reader *reader, const uint8_t *key)
{
	const struct plan *plan = &reader->key;
	uint64_t outer = 0;

	/* Structs in structs: their fields follow, so a walk in order is enough, with the offset of
	 * the struct around each, which ends where its body ends. */
	struct {
		size_t end;
		uint64_t offset;
	} open[PLAN_DEPTH_MAX + 1];
	size_t depth = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct field *field = &plan->fields[i];

		while (depth && i >= open[depth - 1].end)
			depth--;
		outer = depth ? open[depth - 1].offset : 0;
		if (field->kind == FIELD_OBJECT && depth < PLAN_DEPTH_MAX) {
			open[depth].end = i + 1 + field->body;
			open[depth++].offset = outer + field->offset;
		} else if (field->kind == FIELD_ARRAY || field->kind == FIELD_OBJECT) {
			i += field->body;
		} else {
			render_field(metrics, page, plan, field, key, reader->key_size, outer);
		}
	}
}

static size_t series_of(struct metric_map *map, size_t limit)
{
	size_t count = map->reader.count < limit ? map->reader.count : limit;

	map->left_out = map->reader.count - count;
	return count;
}

static void render_integer(const struct map_reader *reader, const struct field *field,
			   uint64_t offset, const uint8_t *value, struct byte_buffer *page)
{
	uint64_t bits;

	if (offset > reader->value_size || field->size > reader->value_size - offset) {
		exposition_unsigned(page, 0);
		return;
	}
	bits = bits_load_whole(value + offset, (size_t)field->size);
	if (field->is_signed)
		exposition_signed(page, (int64_t)bits_extend_sign(bits, field->bits));
	else
		exposition_unsigned(page, bits);
}

/* A family for each integer of the value. */
static void render_numbers(struct metrics *metrics, struct metric_map *map,
			   struct byte_buffer *page, const struct field *field, uint32_t count,
			   uint64_t base)
{
	const struct map_reader *reader = &map->reader;
	bool is_counter = map->metric == MAP_METRIC_COUNTER;
	size_t series = series_of(map, METRICS_SERIES_MAX);

	for (uint32_t i = 0; i < count; i += 1 + field[i].body) {
		uint64_t start = base + field[i].offset;
		struct exposition_name name;
		char help[256];

		if (field[i].kind == FIELD_OBJECT)
			render_numbers(metrics, map, page, &field[i] + 1, field[i].body, start);
		if (field[i].kind != FIELD_INTEGER || field[i].is_bit_field || field[i].size > 8)
			continue;
		name = exposition_name((const char *[]){metrics->program.text,
							bpf_map__name(reader->map),
							field[i].key_length ? field[i].title : "",
							is_counter ? "total" : "", NULL});
		snprintf(help, sizeof(help), "Map %.100s of the BPF program",
			 bpf_map__name(reader->map));
		exposition_family(page, name.text, is_counter ? "counter" : "gauge", help);
		for (size_t entry = 0; entry < series; entry++) {
			exposition_start(page, name.text, "");
			render_key(metrics, page, reader, reader->entries[entry].key);
			render_integer(reader, &field[i], start, reader->entries[entry].value,
				       page);
		}
	}
}

static void render_labels(struct metrics *metrics, struct byte_buffer *page,
			  const struct metric_map *map, size_t entry)
{
	if (!map->place.is_map)
		render_key(metrics, page, &map->reader, map->reader.entries[entry].key);
}

/* How many slots the type has, whatever is in them: the buckets must not change between pages. */
static size_t slot_count(const struct metric_map *map)
{
	size_t limit = map->shape.kind == MAP_SHAPE_LOG2 ? 63 : HISTOGRAM_SLOTS_MAX;
	uint64_t count =
		map->place.is_map ? bpf_map__max_entries(map->reader.map) : map->place.slots->count;

	return count < limit ? (size_t)count : limit;
}

/* The last slot also counts what is past it, so it has no upper bound but +Inf. */
static void render_histogram(struct metrics *metrics, struct metric_map *map, size_t entry,
			     const char *name, struct byte_buffer *page)
{
	const struct histogram *histogram = &metrics->histogram;
	size_t slots = slot_count(map);
	uint64_t total = 0;
	char bound[24];

	for (size_t i = 0; i < slots; i++) {
		int64_t low, high;

		total += histogram->slots[i];
		histogram_bounds(&map->shape, i, &low, &high);
		snprintf(bound, sizeof(bound), "%" PRId64, high);
		if (i + 1 == slots)
			strcpy(bound, "+Inf");
		exposition_start(page, name, "_bucket");
		render_labels(metrics, page, map, entry);
		exposition_label(page, "le", bound, strlen(bound));
		exposition_unsigned(page, total);
	}
	if (map->place.sum) {
		exposition_start(page, name, "_sum");
		render_labels(metrics, page, map, entry);
		render_integer(&map->reader, map->place.sum, map->place.sum_offset,
			       map->reader.entries[entry].value, page);
	}
	exposition_start(page, name, "_count");
	render_labels(metrics, page, map, entry);
	exposition_unsigned(page, total);
}

static void render_histograms(struct metrics *metrics, struct metric_map *map,
			      struct byte_buffer *page)
{
	const char *map_name = bpf_map__name(map->reader.map);
	struct exposition_name name = exposition_name(
		(const char *[]){metrics->program.text, map_name, map->shape.unit, NULL});
	size_t count = map->place.is_map ? 1 : series_of(map, METRICS_HISTOGRAM_MAX);
	char help[256];

	snprintf(help, sizeof(help), "Map %.100s of the BPF program", map_name);
	exposition_family(page, name.text, "histogram", help);
	for (size_t i = 0; i < count; i++) {
		histogram_read(&map->reader, &map->place, i, &map->shape, &metrics->histogram);
		render_histogram(metrics, map, i, name.text, page);
	}
}

static void render_left_out(struct metrics *metrics, struct byte_buffer *page)
{
	if (!metrics->map_count)
		return;
	exposition_family(page, "corebtf_entries_left_out", "gauge",
			  "Entries of a map that are not on this page because there are too many");
	for (size_t i = 0; i < metrics->map_count; i++) {
		const char *name = bpf_map__name(metrics->maps[i]->reader.map);

		exposition_start(page, "corebtf_entries_left_out", "");
		exposition_label(page, "map", name, strlen(name));
		exposition_unsigned(page, metrics->maps[i]->left_out);
	}
}

static void render_counter(struct metrics *metrics, const struct event_counter *counter,
			   const char *name, struct byte_buffer *page)
{
	for (size_t i = 0; i < counter->series_count; i++) {
		exposition_start(page, name, "");
		exposition_label(page, "map", counter->map, strlen(counter->map));
		for (size_t k = 0; k < counter->key_count; k++)
			render_field(metrics, page, &counter->plan, &counter->keys[k].field,
				     counter->series_keys + i * counter->key_size,
				     counter->key_size, 0);
		exposition_unsigned(page, counter->series_counts[i]);
	}
	if (counter->key_count && !counter->other)
		return;
	exposition_start(page, name, "");
	exposition_label(page, "map", counter->map, strlen(counter->map));
	for (size_t k = 0; k < counter->key_count; k++) {
		struct exposition_name label =
			exposition_name((const char *[]){counter->keys[k].field.title, NULL});

		exposition_label(page, label.text, "(other)", strlen("(other)"));
	}
	exposition_unsigned(page, counter->key_count ? counter->other : counter->total);
}

static void render_events(struct metrics *metrics, struct byte_buffer *page)
{
	struct exposition_name name =
		exposition_name((const char *[]){metrics->program.text, "events", "total", NULL});
	struct exposition_name lost = exposition_name(
		(const char *[]){metrics->program.text, "lost", "events", "total", NULL});

	if (!metrics->counter_count)
		return;
	exposition_family(page, name.text, "counter", "Events of the BPF program");
	for (size_t i = 0; i < metrics->counter_count; i++)
		render_counter(metrics, metrics->counters[i], name.text, page);
	exposition_family(page, lost.text, "counter",
			  "Events that were lost because the buffer was full");
	for (size_t i = 0; i < metrics->counter_count; i++) {
		const struct event_counter *counter = metrics->counters[i];

		exposition_start(page, lost.text, "");
		exposition_label(page, "map", counter->map, strlen(counter->map));
		exposition_unsigned(page, counter->lost);
	}
}

int metrics_render(struct metrics *metrics, struct byte_buffer *page, struct reason *why)
{
	render_events(metrics, page);
	for (size_t i = 0; i < metrics->map_count; i++) {
		struct metric_map *map = metrics->maps[i];
		int err = map_reader_read(&map->reader, why);

		if (err)
			return err;
		if (map->metric == MAP_METRIC_HISTOGRAM)
			render_histograms(metrics, map, page);
		else
			render_numbers(metrics, map, page, map->reader.value.fields,
				       (uint32_t)map->reader.value.count, 0);
	}
	render_left_out(metrics, page);
	return byte_buffer_failed(page) ? reason_errno(why, -ENOMEM, "page of metrics") : 0;
}
