/* SPDX-License-Identifier: MIT */
#include "recent_events.h"

bool recent_events_add(struct recent_events *recent, const struct event *event)
{
	const struct event_name *name;

	/* Latest first: a second report is found after a step or two. */
	for (unsigned int i = 1; i <= RECENT_EVENTS; i++) {
		name = &recent->names[(recent->next - i) % RECENT_EVENTS];
		if (!name->kind)
			break;
		if (name->start == event->start && name->pid == event->pid &&
		    name->serial == event->serial && name->kind == event->kind)
			return false;
	}
	recent->names[recent->next++ % RECENT_EVENTS] = (struct event_name){
		.kind = event->kind,
		.pid = event->pid,
		.serial = event->serial,
		.start = event->start,
	};
	return true;
}
