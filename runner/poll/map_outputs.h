/* SPDX-License-Identifier: MIT */
/*
 * The maps of a tool that are printed, and those that --metrics serves.
 *
 * Printed are those that --map names; without it those that the program has tagged
 * (corebtf_tags.bpf.h), and of an object without tags and without a buffer for events, all.
 */
#ifndef COREBTF_RUNNER_MAP_OUTPUTS_H
#define COREBTF_RUNNER_MAP_OUTPUTS_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "runner/metrics/metrics.h"
#include "runner/options/settings.h"
#include "runtime/util/reason.h"

struct map_outputs {
	const struct settings *settings; /* --map, --metric, --clear, --json */
	FILE *out;
	struct metrics *metrics; /* borrowed; NULL: none are served */
	struct map_printer **printers;
	size_t count, capacity;
};

/* Adds the maps of an object that is open and not loaded. Errors: -EINVAL a map cannot be shown as
 * it is asked for; -ENOMEM. */
int map_outputs_add(struct map_outputs *outputs, struct bpf_object *object, struct reason *why);

/* Forgets all maps; for _cleanup_ as well. */
void map_outputs_clear(struct map_outputs *outputs);

/* Prints all of them. */
int map_outputs_print(struct map_outputs *outputs, struct reason *why);

#endif
