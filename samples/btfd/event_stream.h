/* SPDX-License-Identifier: MIT */
/*
 * The events of all BPF objects, one buffer for all of them: a perf event array that every object
 * gets in the place of its own map "events", and that lives as long as the daemon does. Programs
 * come and go at a reload, the buffer stays, so nothing that is in it is lost with them. A perf
 * event array and not a ring buffer, as every kernel has it that btfd is for.
 *
 * Each event goes to standard output as one line:
 *
 *	exec PID PPID UID COMM FILE
 *	exit PID PPID UID COMM STATUS		a number, or the signal as SIGNAL:NUMBER
 *
 * Other bytes than printable ASCII, and blanks, stand as \xHH: names are chosen by whoever runs a
 * program.
 */
#ifndef BTFD_EVENT_STREAM_H
#define BTFD_EVENT_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "reason.h"

struct event_stream;

int event_stream_open(struct event_stream **ret_stream, struct reason *reason);
void event_stream_close(struct event_stream *stream);

/* Of the perf event array. It belongs to the stream. */
int event_stream_map_fd(const struct event_stream *stream);

/* Readable when there are events. It belongs to the stream. */
int event_stream_poll_fd(const struct event_stream *stream);

/* Prints what is there and does not wait. Returns 0 or a negative errno, of the output as well. */
int event_stream_drain(struct event_stream *stream);

struct event_counts {
	uint64_t printed;
	uint64_t doubled; /* second reports of one event, during a reload; not printed */
	uint64_t lost;	  /* the buffer was full */
	uint64_t foreign; /* not in the form of event.h */
};
struct event_counts event_stream_counts(const struct event_stream *stream);

#endif
