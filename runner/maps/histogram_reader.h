/* SPDX-License-Identifier: MIT */
/*
 * Where a map's entries have their counts: an array of integers in each value (one histogram for
 * each key), or the value is one integer and the key its slot (one histogram in all).
 */
#ifndef COREBTF_RUNNER_HISTOGRAM_READER_H
#define COREBTF_RUNNER_HISTOGRAM_READER_H

#include "runner/maps/histogram.h"
#include "runner/maps/map_reader.h"

struct histogram_place {
	bool is_map;		   /* one histogram: key is slot */
	const struct field *slots; /* ARRAY in the value's plan; NULL: is_map */
	uint64_t offset;	   /* of the first slot in the value */
	const struct field *sum;   /* a member `sum` beside it, or NULL */
	uint64_t sum_offset;
};

/* -EINVAL: the map has no counts; @why says what was looked for. */
int histogram_find(const struct map_reader *reader, struct histogram_place *ret,
		   struct reason *why);

/* The histogram of entry @entry; of the whole map if it is one. */
void histogram_read(const struct map_reader *reader, const struct histogram_place *place,
		    size_t entry, const struct map_shape *shape, struct histogram *ret);

#endif
