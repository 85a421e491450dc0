/* SPDX-License-Identifier: MIT */
/*
 * What a program counts, as a page that Prometheus reads (text format 0.0.4): maps that are
 * counters, gauges or histograms, and the events of its buffers.
 *
 * A map `reads` of a program `opensnoop` is `opensnoop_reads_total` if it is a counter, else
 * `opensnoop_reads`; its keys are labels. Of a struct each integer is a metric of its own,
 * `opensnoop_reads_bytes_total`. A map or an event counter has at most METRICS_SERIES_MAX series:
 * how many entries are left out is a metric, too.
 */
#ifndef COREBTF_RUNNER_METRICS_H
#define COREBTF_RUNNER_METRICS_H

#include "embedder/util/byte_buffer.h"
#include "runtime/util/reason.h"
#include "runner/maps/map_shape.h"
#include "runner/metrics/event_counter.h"

#define METRICS_SERIES_MAX    1000
#define METRICS_HISTOGRAM_MAX 100 /* keys of a histogram, each with a series for each slot */

struct bpf_map;
struct btf;
struct metrics;

/* @program: what all names begin with; characters that a name cannot have become underscores. */
int metrics_new(struct metrics **ret, const char *program);
void metrics_free(struct metrics *metrics);

/*
 * Between opening and loading the map's object, as map_printer_new(). @shape is what histograms are
 * read by; for a MAP_METRIC_HISTOGRAM it must be LOG2 or LINEAR. -EINVAL, -EOPNOTSUPP with words.
 */
int metrics_add_map(struct metrics *metrics, const struct bpf_map *map, const struct btf *btf,
		    enum map_metric metric, const struct map_shape *shape, struct reason *why);

/*
 * Counts the events of buffer @map: all together, or for each value of the members @key names
 * ("comm", "comm,pid"; NULL: none), which needs their @type. *@ret belongs to @metrics.
 */
int metrics_add_events(struct metrics *metrics, const char *map, const struct btf *btf,
		       uint32_t type, const char *key, struct event_counter **ret,
		       struct reason *why);

/* Appends the page; -ENOMEM, or the error of a map that cannot be read. */
int metrics_render(struct metrics *metrics, struct byte_buffer *page, struct reason *why);

#endif
