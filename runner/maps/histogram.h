/* SPDX-License-Identifier: MIT */
/*
 * Counts in slots -> the drawing that bcc's tools print, or JSON.
 */
#ifndef COREBTF_RUNNER_HISTOGRAM_H
#define COREBTF_RUNNER_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "runner/maps/map_shape.h"
#include "runner/show/line.h"

#define HISTOGRAM_SLOTS_MAX 1024 /* of log2 histograms 63 */

struct histogram {
	struct map_shape shape;
	size_t count; /* slots, up to the last that is not zero */
	uint64_t slots[HISTOGRAM_SLOTS_MAX];
};

/* Slots past HISTOGRAM_SLOTS_MAX, or past 62 of log2, are counted in the last one. */
void histogram_clear(struct histogram *histogram, const struct map_shape *shape);
void histogram_add(struct histogram *histogram, uint64_t slot, uint64_t count);

/* The values that slot @slot counts, both ends included. */
void histogram_bounds(const struct map_shape *shape, size_t slot, int64_t *ret_low,
		      int64_t *ret_high);

/* Lines, each with its newline, or what stdio returned as -errno. */
int histogram_draw(const struct histogram *histogram, FILE *out);
/* [{"from":0,"to":1,"count":3},...], without the slots that are zero */
void histogram_json(const struct histogram *histogram, struct line *line);

#endif
