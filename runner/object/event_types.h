/* SPDX-License-Identifier: MIT */
/*
 * The types of the events in an object's buffers: asked for between open and load, and needed
 * after it (show/event_type.h).
 */
#ifndef COREBTF_RUNNER_EVENT_TYPES_H
#define COREBTF_RUNNER_EVENT_TYPES_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"
#include "runner/options/settings.h"

struct btf;

struct event_types {
	/* BTFs of all objects, where --event finds types that an object itself does not have. */
	struct btf *const *others;
	size_t other_count;
	struct event_map {
		size_t object;
		char *map;
		uint32_t type; /* 0: not known */
		const struct btf
			*btf; /* the type's, if it is from another object; NULL: the object's own */
		char *advice; /* then: how to say it */
	} * list;
	size_t count, capacity;
};

/* Whether it is a ring buffer or a perf buffer. */
bool event_types_is_buffer(const struct bpf_map *map);

/* Finds the types for all buffers of object @number, again after it was opened anew, and makes its
 * maps fit for loading. @settings: --event. Errors: those of event_type_find(); -ENOMEM. */
int event_types_find(struct event_types *types, struct bpf_object *object, size_t number,
		     const struct settings *settings, struct reason *why);

/* What was found for a map; NULL: nothing, it is no buffer. */
const struct event_map *event_types_of(const struct event_types *types, size_t number,
				       const struct bpf_map *map);
void event_types_free(struct event_types *types); /* for _cleanup_ */

#endif
