/* SPDX-License-Identifier: MIT */
/*
 * A map -> text: a table of its entries, histograms, or JSON lines. Entries are sorted: by value,
 * the largest first, where that is one number; else by key.
 *
 * In JSON each entry, or each histogram, is a line:
 *
 *	{"_map":"counts","key":{"pid":1},"value":5}
 *	{"_map":"latencies","key":0,"value":{"comm":"init"},"unit":"usecs","histogram":[{"from":2,"to":3,"count":9}]}
 */
#ifndef COREBTF_RUNNER_MAP_PRINTER_H
#define COREBTF_RUNNER_MAP_PRINTER_H

#include <stdio.h>

#include "runtime/util/reason.h"
#include "runner/maps/map_shape.h"
#include "runner/show/show_value.h"

struct bpf_map;
struct btf;
struct map_printer;

struct map_printer_options {
	const struct bpf_map *map;
	const struct btf *btf;	/* the object's; both must outlive the printer */
	struct map_shape shape; /* NONE counts as a table */
	enum show_format format;
	FILE *out;
	bool clears; /* the entries are deleted when they were printed */
};

/*
 * Call it after opening the object and before loading it. 0; -EOPNOTSUPP: a map of this kind has no
 * entries; -EINVAL: its shape is a histogram and its type is not; -ENOMEM.
 */
int map_printer_new(const struct map_printer_options *options, struct map_printer **ret,
		    struct reason *why);
void map_printer_free(struct map_printer *printer);

/* Once the map is loaded: at the end and at every interval. An empty map prints nothing. */
int map_printer_print(struct map_printer *printer, struct reason *why);

#endif
