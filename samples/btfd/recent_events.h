/* SPDX-License-Identifier: MIT */
/*
 * Which events came in lately. At a reload both sets of programs are attached for a moment; what
 * happens then is reported twice, and this tells the second report from a new event.
 *
 * Both reports of an event are made on one processor, one right after the other, and the buffer of
 * a processor keeps their order. So a short memory is enough; it is never switched off, as nothing
 * says when a program that was just detached has run for the last time.
 */
#ifndef BTFD_RECENT_EVENTS_H
#define BTFD_RECENT_EVENTS_H

#include <stdbool.h>

#include "event.h"

#define RECENT_EVENTS 256

/* All zero is an empty one. */
struct recent_events {
	struct event_name {
		__u32 kind; /* 0: nothing here yet */
		__u32 pid;
		__u32 serial;
		__u64 start;
	} names[RECENT_EVENTS]; /* a ring */
	unsigned int next;
};

/* Notes the event. Returns false when it was there already. */
bool recent_events_add(struct recent_events *recent, const struct event *event);

#endif
