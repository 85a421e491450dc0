/* SPDX-License-Identifier: MIT */
/*
 * All ring buffers and perf buffers of the loaded objects: their events go to printers.
 */
#ifndef COREBTF_RUNNER_BUFFERS_H
#define COREBTF_RUNNER_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "runtime/util/reason.h"
#include "runner/metrics/metrics.h"
#include "runner/object/loading.h"

struct buffers;

/* Sums over all buffers. */
struct buffer_counts {
	uint64_t events;
	uint64_t lost; /* perf buffers: the kernel counts; ring buffers: the program may
			  (bpf_buffer.bpf.h) */
};

/*
 * Opens the buffers of the loaded objects, which must outlive them, as @out must. @metrics: NULL,
 * or where events are counted as well. Errors: -EINVAL an --event or --count that names no buffer;
 * those of libbpf, event_printer_new() and metrics_add_events(); -ENOMEM.
 */
int buffers_open(const struct loading *loading, struct metrics *metrics, FILE *out,
		 struct buffers **ret, struct reason *why);
void buffers_close(struct buffers *buffers); /* NULL is fine */

size_t buffers_count(const struct buffers *buffers);

/* Whether buffers_counts() asks a map. */
bool buffers_read_maps(const struct buffers *buffers);

/* Readable when there are events; the caller does not close it. */
int buffers_fd(const struct buffers *buffers);

/* Prints what there is, without waiting. 0 or a negative errno: that of writing to the output. */
int buffers_drain(struct buffers *buffers);

/* As far as they were read; what the programs count of ring buffers is asked for now. */
struct buffer_counts buffers_counts(struct buffers *buffers);

#endif
