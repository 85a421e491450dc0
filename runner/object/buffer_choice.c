/* SPDX-License-Identifier: MIT */
#include "runner/object/buffer_choice.h"

#include <bpf_buffer.h>

struct bpf_map *buffer_choice_counts(const struct bpf_object *object)
{
	struct bpf_map *events = bpf_object__find_map_by_name(object, "events");
	struct bpf_map *heap = bpf_object__find_map_by_name(object, "heap");

	if (!events || !heap || bpf_map__type(heap) != BPF_MAP_TYPE_PERCPU_ARRAY ||
	    bpf_map__max_entries(heap) != 1 ||
	    (bpf_map__type(events) != BPF_MAP_TYPE_RINGBUF &&
	     bpf_map__type(events) != BPF_MAP_TYPE_PERF_EVENT_ARRAY))
		return NULL;
	return heap;
}

int buffer_choice_make(struct bpf_object *object, const char *btf_path, struct reason *why)
{
	struct bpf_buffer_opts opts = {.sz = sizeof(opts), .btf_custom_path = btf_path};
	struct bpf_map *events = bpf_object__find_map_by_name(object, "events");
	struct bpf_map *heap = buffer_choice_counts(object);
	struct bpf_buffer *buffer;

	/* Only such an object has a ring buffer and the heap that a perf buffer needs. */
	if (!heap || bpf_map__type(events) != BPF_MAP_TYPE_RINGBUF)
		return 0;
	buffer = bpf_buffer__new_opts(events, heap, &opts);
	if (!buffer)
		return reason_errno(why, -errno, "the kind of its buffer");
	bpf_buffer__free(buffer);
	return 0;
}
