/* SPDX-License-Identifier: MIT */
/*
 * How a map is shown: as the program's tags or the user's --map NAME=SHAPE say.
 */
#ifndef COREBTF_RUNNER_MAP_SHAPE_H
#define COREBTF_RUNNER_MAP_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/util/reason.h"

struct bpf_map;
struct btf;

enum map_shape_kind { MAP_SHAPE_NONE, MAP_SHAPE_TABLE, MAP_SHAPE_LOG2, MAP_SHAPE_LINEAR };

struct map_shape {
	enum map_shape_kind kind;
	int64_t first, step; /* LINEAR: slot n counts from first + n * step on */
	char unit[32];	     /* of histograms: "usecs"; "" if it is not said */
};

/* What --metrics serves of a map. */
enum map_metric { MAP_METRIC_NONE, MAP_METRIC_COUNTER, MAP_METRIC_GAUGE, MAP_METRIC_HISTOGRAM };

/* "table", "log2[:UNIT]", "linear:FIRST:STEP[:UNIT]". -EINVAL with words for the user. */
int map_shape_parse(const char *text, struct map_shape *ret, struct reason *why);

/* The tags of the map's variable in @btf. MAP_SHAPE_NONE, MAP_METRIC_NONE: it has none.
 * -EINVAL: a tag that begins like one of ours and is none. */
int map_shape_find(const struct bpf_map *map, const struct btf *btf, struct map_shape *ret_shape,
		   enum map_metric *ret_metric, struct reason *why);

/* "counter", "gauge", "histogram": for an option. */
int map_metric_parse(const char *text, enum map_metric *ret, struct reason *why);

#endif
