/* SPDX-License-Identifier: MIT */
/*
 * The latest events. During a reload both sets of programs are attached for a moment, and what
 * happens then is reported twice; this finds the second report.
 *
 * Both reports of an event are made on one processor, one right after the other, and the buffer of
 * a processor keeps their order. So a short list is enough. It is always in use, because nothing
 * shows when a detached program has run for the last time.
 */
#ifndef BTFD_RECENT_EVENTS_H
#define BTFD_RECENT_EVENTS_H

#include <stdbool.h>

#include "event.h"

#define RECENT_EVENTS 256

/* All zero: empty. */
struct recent_events {
	struct event_name {
		__u32 kind; /* 0: nothing here yet */
		__u32 pid;
		__u32 serial;
		__u64 start;
	} names[RECENT_EVENTS]; /* a ring */
	unsigned int next;
};

/* Adds the event. Returns false when it is there already. */
bool recent_events_add(struct recent_events *recent, const struct event *event);

#endif
