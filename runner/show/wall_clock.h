/* SPDX-License-Identifier: MIT */
/*
 * Nanoseconds of a kernel clock -> the time of day. The clocks drift and may be set, so the
 * distance between them is measured anew when the events have moved on by a second.
 */
#ifndef COREBTF_RUNNER_WALL_CLOCK_H
#define COREBTF_RUNNER_WALL_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "runner/show/line.h"

/* Starts zeroed. */
struct wall_clock {
	struct clock_distance {
		uint64_t measured; /* ns of the clock */
		int64_t to_real;   /* ns to add */
	} distances[2];
	time_t local_second, utc_second; /* those whose text is kept */
	char local_text[16], utc_text[32];
};

enum wall_clock_of { WALL_CLOCK_MONOTONIC, WALL_CLOCK_BOOT };

/* 14:02:11.123456, local. */
void wall_clock_print_local(struct wall_clock *clock, enum wall_clock_of of, uint64_t ns,
			    struct line *line);
/* 2026-11-21T13:02:11.123456789Z */
void wall_clock_print_utc(struct wall_clock *clock, enum wall_clock_of of, uint64_t ns,
			  struct line *line);

#endif
