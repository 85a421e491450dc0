/* SPDX-License-Identifier: MIT */
/*
 * The events of all BPF objects, in one buffer: a perf event array that replaces the map "events"
 * of every object and lives as long as the daemon. A reload replaces the programs and keeps the
 * buffer, so no event in it is lost. It is a perf event array and not a ring buffer because older
 * kernels have no ring buffers.
 *
 * Each event goes to standard output as one line:
 *
 *	exec PID PPID UID COMM FILE
 *	exit PID PPID UID COMM STATUS		a number, or the signal as SIGNAL:NUMBER
 *
 * Blanks and bytes that are not printable ASCII are written as \xHH: any user can choose such
 * names.
 */
#ifndef BTFD_EVENT_STREAM_H
#define BTFD_EVENT_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "reason.h"

struct event_stream;

int event_stream_open(struct event_stream **ret_stream, struct reason *reason);
void event_stream_close(struct event_stream *stream);

/* The perf event array; the stream owns it. */
int event_stream_map_fd(const struct event_stream *stream);

/* Readable when there are events; the stream owns it. */
int event_stream_poll_fd(const struct event_stream *stream);

/* Prints what is there without waiting. Returns 0 or a negative errno, also when writing fails. */
int event_stream_drain(struct event_stream *stream);

struct event_counts {
	uint64_t printed;
	uint64_t doubled; /* second reports of an event, during a reload; not printed */
	uint64_t lost;	  /* the buffer was full */
	uint64_t foreign; /* not in the form of event.h */
};
struct event_counts event_stream_counts(const struct event_stream *stream);

#endif
