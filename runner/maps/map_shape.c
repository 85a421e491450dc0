/* SPDX-License-Identifier: MIT */
/*
 * In: the text of a tag or an option. Out: how a map is shown.
 */
#include "runner/maps/map_shape.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>

#include "embedder/util/cleanup.h"
#include "runner/show/tags.h"

#define LINEAR_MAX                                                                                 \
	((int64_t)1 << 40) /* of first and step: their sums stay far from the end of 64 bits */

static int parse_number(const char **text, int64_t *ret)
{
	char *end;
	long long value;

	if (**text != ':')
		return -EINVAL;
	errno = 0;
	value = strtoll(*text + 1, &end, 0);
	if (errno || end == *text + 1 || value > LINEAR_MAX || value < -LINEAR_MAX)
		return -EINVAL;
	*text = end;
	*ret = value;
	return 0;
}

static int parse_unit(const char *text, struct map_shape *shape)
{
	if (!*text)
		return 0;
	if (*text != ':' || strlen(text + 1) >= sizeof(shape->unit))
		return -EINVAL;
	strcpy(shape->unit, text + 1);
	for (const char *at = shape->unit; *at; at++)
		if (*at < 0x20 || *at >= 0x7f)
			return -EINVAL;
	return 0;
}

int map_shape_parse(const char *text, struct map_shape *ret, struct reason *why)
{
	struct map_shape shape = {0};
	const char *rest = text + strcspn(text, ":");
	size_t length = (size_t)(rest - text);
	int err = 0;

	if (length == 5 && memcmp(text, "table", 5) == 0) {
		shape.kind = MAP_SHAPE_TABLE;
		err = *rest ? -EINVAL : 0;
	} else if (length == 4 && memcmp(text, "log2", 4) == 0) {
		shape.kind = MAP_SHAPE_LOG2;
		err = parse_unit(rest, &shape);
	} else if (length == 6 && memcmp(text, "linear", 6) == 0) {
		shape.kind = MAP_SHAPE_LINEAR;
		if (parse_number(&rest, &shape.first) || parse_number(&rest, &shape.step) ||
		    shape.step < 1)
			err = -EINVAL;
		else
			err = parse_unit(rest, &shape);
	} else {
		err = -EINVAL;
	}
	if (err)
		return reason_set(why, err,
				  "\"%.100s\" is none of table, log2[:UNIT], "
				  "linear:FIRST:STEP[:UNIT]",
				  text);
	*ret = shape;
	return 0;
}

int map_metric_parse(const char *text, enum map_metric *ret, struct reason *why)
{
	if (strcmp(text, "counter") == 0)
		*ret = MAP_METRIC_COUNTER;
	else if (strcmp(text, "gauge") == 0)
		*ret = MAP_METRIC_GAUGE;
	else if (strcmp(text, "histogram") == 0)
		*ret = MAP_METRIC_HISTOGRAM;
	else
		return reason_set(why, -EINVAL, "\"%.100s\" is none of counter, gauge, histogram",
				  text);
	return 0;
}

static int read_tag(const char *tag, struct map_shape *shape, enum map_metric *metric,
		    struct reason *why)
{
	static const char prefix[] = "corebtf:";

	if (strncmp(tag, prefix, sizeof(prefix) - 1) != 0)
		return 0;
	tag += sizeof(prefix) - 1;
	if (!map_metric_parse(tag, metric, NULL))
		return 0;
	return map_shape_parse(tag, shape, why);
}

int map_shape_find(const struct bpf_map *map, const struct btf *btf, struct map_shape *ret_shape,
		   enum map_metric *ret_metric, struct reason *why)
{
	int32_t variable = btf__find_by_name_kind(btf, bpf_map__name(map), BTF_KIND_VAR);
	_cleanup_(tags_free) struct tags tags = {0};
	const struct tag *tag;
	size_t count;

	*ret_shape = (struct map_shape){0};
	*ret_metric = MAP_METRIC_NONE;
	if (variable <= 0)
		return 0;
	if (tags_collect(&tags, btf))
		return reason_errno(why, -ENOMEM, "tags of a map");
	tag = tags_of(&tags, (uint32_t)variable, -1, &count);
	for (size_t i = 0; i < count; i++) {
		int err = read_tag(tag[i].text, ret_shape, ret_metric, why);

		if (err)
			return err;
	}
	return 0;
}
