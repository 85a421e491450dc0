/* SPDX-License-Identifier: MIT */
/*
 * An event, a key or a value as JSON.
 */
#ifndef COREBTF_RUNNER_SHOW_JSON_H
#define COREBTF_RUNNER_SHOW_JSON_H

#include "runner/show/event_view.h"

/* The whole value: an object for a struct. What is not in the event is left out of objects and
 * arrays, and null where a value must be. */
void show_json(struct event_view *view);

/* The members of a struct, without its braces, so that the caller may add some; `"value":...` for
 * what is no struct. */
void show_json_members(struct event_view *view);

/* One field of the plan, which is in the struct at @outer. */
void show_json_field(struct event_view *view, const struct field *field, uint64_t outer);

/* A comma, unless a bracket was just opened, a key was just written or the line is empty. */
void show_json_comma(struct line *line);

#endif
