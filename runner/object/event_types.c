/* SPDX-License-Identifier: MIT */
#include "runner/object/event_types.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/show/event_type.h"
#include "runtime/util/array.h"

void event_types_free(struct event_types *types)
{
	for (size_t i = 0; i < types->count; i++) {
		free(types->list[i].map);
		free(types->list[i].advice);
	}
	free(types->list);
	*types = (struct event_types){0};
}

bool event_types_is_buffer(const struct bpf_map *map)
{
	return bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF ||
	       bpf_map__type(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

const struct event_map *event_types_of(const struct event_types *types, size_t number,
				       const struct bpf_map *map)
{
	for (size_t i = 0; i < types->count; i++) {
		if (types->list[i].object == number &&
		    strcmp(types->list[i].map, bpf_map__name(map)) == 0)
			return &types->list[i];
	}
	return NULL;
}

/* The type that the user chose, in the BTFs of the other objects. */
static bool find_elsewhere(const struct event_types *types, const char *chosen,
			   struct event_map *found)
{
	for (size_t i = 0; chosen && i < types->other_count; i++) {
		if (event_type_find_name(types->others[i], chosen, &found->type, NULL))
			continue;
		found->btf = types->others[i];
		return true;
	}
	return false;
}

static int find(struct event_types *types, struct bpf_object *object, struct bpf_map *map,
		size_t number, const struct settings *settings, struct reason *why)
{
	const char *name = bpf_map__name(map), *chosen = settings_find(&settings->events, name);
	struct event_map found = {.object = number};
	struct reason advice = {""};
	int err;

	if (event_types_of(types, number, map))
		return 0;
	err = event_type_find(object, map, chosen, &found.type, &advice);
	if (err && !find_elsewhere(types, chosen, &found))
		return reason_set(why, err, "%s", advice.text);
	found.map = strdup(name);
	found.advice = strdup(advice.text);
	if (!found.map || !found.advice ||
	    array_reserve(types->list, types->capacity, types->count + 1)) {
		free(found.map);
		free(found.advice);
		return reason_errno(why, -ENOMEM, name);
	}
	types->list[types->count++] = found;
	return 0;
}

int event_types_find(struct event_types *types, struct bpf_object *object, size_t number,
		     const struct settings *settings, struct reason *why)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, object)
	{
		if (err || !event_types_is_buffer(map))
			continue;
		err = find(types, object, map, number, settings, why);
		if (!err && event_type_release(map))
			err = reason_set(why, -EINVAL, "%s: its value type cannot be taken out",
					 bpf_map__name(map));
	}
	return err;
}
