/* SPDX-License-Identifier: MIT */
/*
 * In: maps. Out: lines. One ring_buffer of libbpf's reads all ring buffers, each perf buffer has
 * one of its own; one epoll over them says when there is something to read.
 */
#include "runner/poll/buffers.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"
#include "runner/metrics/event_counter.h"
#include "runner/object/buffer_choice.h"
#include "runner/show/event_printer.h"

/* Pages of a perf buffer for each processor: four times as many as bcc's tools have, so that a
 * burst loses less; as many as those where the user may not lock that much memory. */
#define PERF_PAGES	 256
#define PERF_PAGES_FEWER 64

/* libbpf's callbacks return at once when one fails, and are called again for the rest. */
struct buffer {
	struct buffers *all;
	struct event_printer *printer;
	struct event_counter *counter; /* of metrics; NULL: none, and else not ours */
	struct perf_buffer *perf;      /* NULL: a ring buffer */
};

struct buffers {
	struct buffer *list;
	size_t count;
	struct ring_buffer *ring; /* for all ring buffers; NULL: there are none */
	int epoll;
	int error; /* the first of the printers' */
	uint64_t events, lost;
	struct bpf_map *
		*counters; /* of lost events, as many as objects; NULL where there is none */
	size_t counter_count;
};

void buffers_close(struct buffers *buffers)
{
	if (!buffers)
		return;
	for (size_t i = 0; i < buffers->count; i++) {
		perf_buffer__free(buffers->list[i].perf);
		event_printer_free(buffers->list[i].printer);
	}
	ring_buffer__free(buffers->ring);
	if (buffers->epoll >= 0)
		close(buffers->epoll);
	free(buffers->counters);
	free(buffers->list);
	free(buffers);
}

static void cleanup_buffers(struct buffers **buffers)
{
	buffers_close(*buffers);
}

static void take(struct buffer *buffer, const void *data, size_t size)
{
	int err = event_printer_print(buffer->printer, data, size);

	buffer->all->events++;
	if (buffer->counter)
		event_counter_count(buffer->counter, data, size);
	if (err && !buffer->all->error)
		buffer->all->error = err;
}

static int take_ring(void *context, void *data, size_t size)
{
	struct buffer *buffer = context;

	take(buffer, data, size);
	return buffer->all->error;
}

static void take_perf(void *context, int cpu, void *data, __u32 size)
{
	(void)cpu;
	take(context, data, size);
}

static void take_lost(void *context, int cpu, __u64 count)
{
	struct buffer *buffer = context;

	(void)cpu;
	buffer->all->lost += count;
	if (buffer->counter)
		event_counter_lose(buffer->counter, count);
}

static int watch(struct buffers *buffers, int fd, struct reason *why)
{
	struct epoll_event event = {.events = EPOLLIN};

	return epoll_ctl(buffers->epoll, EPOLL_CTL_ADD, fd, &event) == 0
		       ? 0
		       : reason_errno(why, -errno, "epoll");
}

static int open_perf(struct buffer *buffer, const struct bpf_map *map, struct reason *why)
{
	buffer->perf =
		perf_buffer__new(bpf_map__fd(map), PERF_PAGES, take_perf, take_lost, buffer, NULL);
	if (!buffer->perf && errno == EPERM)
		buffer->perf = perf_buffer__new(bpf_map__fd(map), PERF_PAGES_FEWER, take_perf,
						take_lost, buffer, NULL);
	if (!buffer->perf)
		return reason_errno(why, -errno, bpf_map__name(map));
	return watch(buffer->all, perf_buffer__epoll_fd(buffer->perf), why);
}

static int open_ring(struct buffer *buffer, const struct bpf_map *map, struct reason *why)
{
	struct buffers *all = buffer->all;
	int err;

	if (all->ring) {
		err = ring_buffer__add(all->ring, bpf_map__fd(map), take_ring, buffer);
		return err ? reason_errno(why, err, bpf_map__name(map)) : 0;
	}
	all->ring = ring_buffer__new(bpf_map__fd(map), take_ring, buffer, NULL);
	if (!all->ring)
		return reason_errno(why, -errno, bpf_map__name(map));
	return watch(all, ring_buffer__epoll_fd(all->ring), why);
}

static int add(struct buffers *buffers, const struct loading *loading, size_t object,
	       const struct bpf_map *map, struct metrics *metrics, FILE *out, struct reason *why)
{
	const struct event_map *events = event_types_of(&loading->types, object, map);
	struct buffer *buffer = &buffers->list[buffers->count];
	struct event_printer_options options = {
		.btf = events && events->btf ? events->btf
					     : bpf_object__btf(loading->objects[object]),
		.type = events ? events->type : 0,
		.map = bpf_map__name(map),
		.names_map = loading->types.count > 1,
		.format = loading->settings->json ? SHOW_JSON : SHOW_TABLE,
		.out = out,
	};
	int err;

	*buffer = (struct buffer){.all = buffers};
	err = event_printer_new(&options, &buffer->printer, why);
	if (err)
		return err;
	buffers->count++;
	if (metrics)
		err = metrics_add_events(metrics, options.map, options.btf, options.type,
					 settings_find(&loading->settings->counts, options.map),
					 &buffer->counter, why);
	if (err)
		return err;
	return bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF ? open_ring(buffer, map, why)
							  : open_perf(buffer, map, why);
}

static const struct bpf_map *find_buffer(const struct loading *loading, const char *name)
{
	for (size_t i = 0; i < loading->tool->count; i++) {
		const struct bpf_object *object = loading->objects[i];
		const struct bpf_map *map =
			object ? bpf_object__find_map_by_name(object, name) : NULL;

		if (map && event_types_is_buffer(map))
			return map;
	}
	return NULL;
}

/* Each --event and --count must name one of the buffers. */
static int check_names(const struct loading *loading, const struct setting_pairs *pairs,
		       const char *option, struct reason *why)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const struct setting_pair *pair = &pairs->list[i];

		if (!find_buffer(loading, pair->name))
			return reason_set(why, -EINVAL,
					  "--%s %s=%s: there is no ring buffer or perf buffer %s",
					  option, pair->name, pair->value, pair->name);
	}
	return 0;
}

static int add_object(struct buffers *buffers, const struct loading *loading, size_t number,
		      struct metrics *metrics, FILE *out, struct reason *why)
{
	struct bpf_object *object = loading->objects[number];
	struct bpf_map *map;
	int err = 0;

	if (!object)
		return 0;
	bpf_object__for_each_map(map, object)
	{
		if (!err && event_types_is_buffer(map))
			err = add(buffers, loading, number, map, metrics, out, why);
	}
	/* With a perf buffer the kernel counts, and this map holds events. */
	map = buffer_choice_counts(object);
	if (map && bpf_map__value_size(map) == sizeof(uint64_t))
		buffers->counters[number] = map;
	return err;
}

int buffers_open(const struct loading *loading, struct metrics *metrics, FILE *out,
		 struct buffers **ret, struct reason *why)
{
	_cleanup_(cleanup_buffers) struct buffers *buffers = calloc(1, sizeof(*buffers));
	int err = check_names(loading, &loading->settings->events, "event", why);

	if (!err)
		err = check_names(loading, &loading->settings->counts, "count", why);
	if (err)
		return err;
	if (!buffers)
		return reason_errno(why, -ENOMEM, "the buffers");
	buffers->epoll = epoll_create1(EPOLL_CLOEXEC);
	buffers->list = calloc(loading->types.count + 1, sizeof(*buffers->list));
	buffers->counter_count = loading->tool->count;
	buffers->counters = calloc(loading->tool->count + 1, sizeof(struct bpf_map *));
	if (buffers->epoll < 0)
		return reason_errno(why, -errno, "epoll");
	if (!buffers->list || !buffers->counters)
		return reason_errno(why, -ENOMEM, "the buffers");
	for (size_t i = 0; !err && i < loading->tool->count; i++)
		err = add_object(buffers, loading, i, metrics, out, why);
	if (err)
		return err;
	*ret = TAKE_PTR(buffers);
	return 0;
}

size_t buffers_count(const struct buffers *buffers)
{
	return buffers->count;
}

bool buffers_read_maps(const struct buffers *buffers)
{
	for (size_t i = 0; i < buffers->counter_count; i++) {
		if (buffers->counters[i])
			return true;
	}
	return false;
}

int buffers_fd(const struct buffers *buffers)
{
	return buffers->epoll;
}

int buffers_drain(struct buffers *buffers)
{
	if (buffers->ring)
		ring_buffer__consume(buffers->ring);
	for (size_t i = 0; i < buffers->count; i++) {
		if (buffers->list[i].perf)
			perf_buffer__consume(buffers->list[i].perf);
	}
	return buffers->error;
}

static uint64_t sum_counter(const struct bpf_map *map)
{
	int cpus = libbpf_num_possible_cpus();
	_cleanup_free_ uint64_t *values = cpus > 0 ? calloc((size_t)cpus, sizeof(*values)) : NULL;
	uint32_t zero = 0;
	uint64_t sum = 0;

	if (!values || bpf_map_lookup_elem(bpf_map__fd(map), &zero, values))
		return 0;
	for (int i = 0; i < cpus; i++)
		sum += values[i];
	return sum;
}

struct buffer_counts buffers_counts(struct buffers *buffers)
{
	struct buffer_counts counts = {buffers->events, buffers->lost};

	for (size_t i = 0; i < buffers->counter_count; i++) {
		if (buffers->counters[i])
			counts.lost += sum_counter(buffers->counters[i]);
	}
	return counts;
}
