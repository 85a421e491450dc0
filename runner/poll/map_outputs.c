/* SPDX-License-Identifier: MIT */
#include "runner/poll/map_outputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/maps/map_printer.h"
#include "runner/object/event_types.h"
#include "runtime/util/array.h"

void map_outputs_clear(struct map_outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		map_printer_free(outputs->printers[i]);
	free(outputs->printers);
	outputs->printers = NULL;
	outputs->count = outputs->capacity = 0;
}

/* What is to be done with one map. */
struct wish {
	bool is_named; /* by --map: then it must be possible */
	struct map_shape shape;
	enum map_metric metric;
};

static int find_wish(const struct map_outputs *outputs, const struct bpf_map *map,
		     const struct btf *btf, struct wish *ret, struct reason *why)
{
	const struct setting_pairs *maps = &outputs->settings->maps;
	const char *name = bpf_map__name(map);
	const char *shape = settings_find(maps, name);
	const char *metric = settings_find(&outputs->settings->metric_maps, name);
	struct wish wish = {.is_named = shape != NULL};
	int err = map_shape_find(map, btf, &wish.shape, &wish.metric, why);

	if (!err && shape && *shape)
		err = map_shape_parse(shape, &wish.shape, why);
	else if (!err && shape && wish.shape.kind == MAP_SHAPE_NONE)
		wish.shape.kind = MAP_SHAPE_TABLE;
	if (!err && metric)
		err = map_metric_parse(metric, &wish.metric, why);
	if (err)
		return err;
	*ret = wish;
	return 0;
}

static int add_printer(struct map_outputs *outputs, const struct bpf_map *map,
		       const struct btf *btf, const struct wish *wish, struct reason *why)
{
	struct map_printer_options options = {
		.map = map,
		.btf = btf,
		.shape = wish->shape,
		.format = outputs->settings->json ? SHOW_JSON : SHOW_TABLE,
		.out = outputs->out,
		.clears = outputs->settings->clear,
	};
	int err;

	if (array_reserve(outputs->printers, outputs->capacity, outputs->count + 1))
		return reason_errno(why, -ENOMEM, bpf_map__name(map));
	err = map_printer_new(&options, &outputs->printers[outputs->count], why);
	if (!err)
		outputs->count++;
	return err;
}

/* The programs' own: .bss and the like, and the counter of lost events. */
static bool is_inner(const struct bpf_map *map)
{
	return bpf_map__is_internal(map) || strcmp(bpf_map__name(map), "heap") == 0;
}

/* Is every map of the object to be printed, as nothing says which? */
static int prints_all(const struct map_outputs *outputs, const struct bpf_object *object,
		      struct reason *why)
{
	const struct bpf_map *map;

	if (outputs->settings->maps.count)
		return 0;
	bpf_object__for_each_map(map, object)
	{
		struct wish wish;
		int err;

		if (event_types_is_buffer(map))
			return 0;
		err = find_wish(outputs, map, bpf_object__btf(object), &wish, why);
		if (err)
			return err;
		if (wish.shape.kind != MAP_SHAPE_NONE)
			return 0;
	}
	return 1;
}

static int add_map(struct map_outputs *outputs, const struct bpf_map *map, const struct btf *btf,
		   bool all, struct reason *why)
{
	struct wish wish;
	int err = find_wish(outputs, map, btf, &wish, why);

	if (err)
		return err;
	if (wish.is_named || (!outputs->settings->maps.count && wish.shape.kind) ||
	    (all && !is_inner(map))) {
		err = add_printer(outputs, map, btf, &wish, why);
		/* A map without entries, of tail calls for example, was not asked for. */
		if (err == -EOPNOTSUPP && all)
			err = 0;
	}
	if (!err && outputs->metrics && wish.metric != MAP_METRIC_NONE)
		err = metrics_add_map(outputs->metrics, map, btf, wish.metric, &wish.shape, why);
	return err;
}

int map_outputs_add(struct map_outputs *outputs, struct bpf_object *object, struct reason *why)
{
	const struct btf *btf = bpf_object__btf(object);
	struct reason detail = {""};
	const struct bpf_map *map;
	int all, err = 0;

	if (!btf)
		return 0;
	all = prints_all(outputs, object, &detail);
	if (all < 0)
		return reason_set(why, all, "%s", detail.text);
	bpf_object__for_each_map(map, object)
	{
		if (err)
			break;
		err = add_map(outputs, map, btf, all, &detail);
		if (err)
			reason_set(why, err, "map %s: %s", bpf_map__name(map), detail.text);
	}
	return err;
}

int map_outputs_print(struct map_outputs *outputs, struct reason *why)
{
	int err = 0;

	for (size_t i = 0; !err && i < outputs->count; i++)
		err = map_printer_print(outputs->printers[i], why);
	return err;
}
