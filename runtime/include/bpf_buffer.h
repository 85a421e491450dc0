/* SPDX-License-Identifier: MIT */
/*
 * bpf_buffer.h - events from BPF programs, through a ring buffer where the kernel has one (Linux
 * 5.8), else through a perf buffer. The other side is bpf_buffer.bpf.h.
 *
 *	skel = x_bpf__open_opts(&opts);
 *	buffer = bpf_buffer__new(skel->maps.events, skel->maps.heap);
 *	x_bpf__load(skel);
 *	bpf_buffer__open(buffer, handle_event, handle_lost, NULL);
 *	while (bpf_buffer__poll(buffer, 100) >= 0 || errno == EINTR)
 *		;
 *	bpf_buffer__free(buffer);
 *
 * Names and types are those of bcc's libbpf-tools (compat.h). Everything is inline: libcorebtf
 * itself needs no libbpf, and a library of its own for these few lines would be tied to the one
 * libbpf that it was compiled with. So they are compiled with the caller's, from 0.5 on.
 *
 * Failures are a negative errno, or NULL with errno set. Use a buffer from one thread at a time.
 */
#ifndef COREBTF_BPF_BUFFER_H
#define COREBTF_BPF_BUFFER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One event: @size bytes at @data, valid during the call. With a perf buffer @data is aligned to 4
 * bytes only, and @size may be up to 7 bytes more than was sent. A negative result is what
 * bpf_buffer__poll() returns then.
 */
typedef int (*bpf_buffer_sample_fn)(void *ctx, void *data, size_t size);

/* @cnt events were lost on processor @cpu since the last call for it. */
typedef void (*bpf_buffer_lost_fn)(void *ctx, int cpu, __u64 cnt);

struct bpf_buffer_opts {
	size_t sz; /* sizeof(struct bpf_buffer_opts) */
	/* The one of bpf_object_open_opts, or NULL: what is in that BTF decides for the BPF side,
	 * so it is asked here, too. NULL: the kernel is asked. Not kept. */
	const char *btf_custom_path;
	/* Pages of a perf buffer for each processor, a power of two; 0: 64. The size of a ring
	 * buffer is the map's, RINGBUF_SIZE in bpf_buffer.bpf.h. */
	size_t perf_pages;
};

#define BPF_BUFFER_PERF_PAGES 64

/* bcc's tools have it from the same header. */
#ifndef POLL_TIMEOUT_MS
#define POLL_TIMEOUT_MS 100
#endif

/* Its members are private. */
struct bpf_buffer {
	struct bpf_map *events;
	struct bpf_map *heap;
	bool is_ring;
	size_t perf_pages;
	bpf_buffer_sample_fn sample;
	bpf_buffer_lost_fn lost;
	void *ctx;
	struct ring_buffer *ring;
	struct perf_buffer *perf;
	__u64 lost_total;
	/* ring: what each processor has counted as lost, now and at the last poll */
	__u64 *counts, *counts_before;
	int cpu_count;
	/* perf: in this poll */
	int samples;
	int stopped;
};

/* By the function of the libbpf at hand; syscall(2) is not declared in strict C. */
static inline int bpf_buffer__make_ring(int size)
{
#if defined(LIBBPF_MAJOR_VERSION) && (LIBBPF_MAJOR_VERSION > 0 || LIBBPF_MINOR_VERSION >= 7)
	return bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, (__u32)size, NULL);
#else
	return bpf_create_map(BPF_MAP_TYPE_RINGBUF, 0, 0, size, 0);
#endif
}

/*
 * Whether the kernel can make a ring buffer. The answer is no only when the kernel does not know
 * the type. A process that may not make one, or lacks memory for it, must not get a perf buffer:
 * the BPF side of its program has chosen the ring buffer.
 */
static inline bool bpf_buffer__kernel_has_ring(void)
{
	int fd = bpf_buffer__make_ring((int)sysconf(_SC_PAGESIZE));

	if (fd < 0)
		return errno != EINVAL;
	close(fd);
	return true;
}

/* Whether struct bpf_ringbuf is in a BTF. Returns 1, 0 or a negative errno. */
static inline int bpf_buffer__btf_has_ring(const char *path)
{
	struct btf *btf = btf__parse(path, NULL);
	long err = libbpf_get_error(btf);
	bool found;

	if (err)
		return (int)err;
	found = btf__find_by_name_kind(btf, "bpf_ringbuf", BTF_KIND_STRUCT) > 0;
	btf__free(btf);
	return found;
}

static inline int bpf_buffer__set_up_maps(struct bpf_buffer *buffer)
{
	int err;

	if (buffer->is_ring)
		return bpf_map__set_value_size(buffer->heap, sizeof(__u64));
	err = bpf_map__set_type(buffer->events, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	if (!err)
		err = bpf_map__set_key_size(buffer->events, sizeof(__u32));
	if (!err)
		err = bpf_map__set_value_size(buffer->events, sizeof(__u32));
	if (!err) /* it was bytes, it is processors now */
		err = bpf_map__set_max_entries(buffer->events, (__u32)libbpf_num_possible_cpus());
	return err;
}

/*
 * Chooses the kind of buffer and sets the maps' types, between open and load. @events and @heap
 * are those of bpf_buffer.bpf.h, and must outlive the buffer.
 * @opts: may be NULL. Returns NULL with errno set: EINVAL, ENOMEM, EBUSY the object is loaded
 * already, or why the BTF cannot be read. Since 0.1.
 */
static inline struct bpf_buffer *bpf_buffer__new_opts(struct bpf_map *events, struct bpf_map *heap,
						      const struct bpf_buffer_opts *opts)
{
	const char *path = opts ? opts->btf_custom_path : NULL;
	struct bpf_buffer *buffer;
	int err;

	if (!events || !heap || (opts && opts->sz < sizeof(*opts))) {
		errno = EINVAL;
		return NULL;
	}
	buffer = (struct bpf_buffer *)calloc(1, sizeof(*buffer));
	if (!buffer) {
		errno = ENOMEM;
		return NULL;
	}
	buffer->events = events;
	buffer->heap = heap;
	buffer->perf_pages = opts && opts->perf_pages ? opts->perf_pages : BPF_BUFFER_PERF_PAGES;
	err = path ? bpf_buffer__btf_has_ring(path) : bpf_buffer__kernel_has_ring();
	if (err >= 0) {
		buffer->is_ring = err;
		err = bpf_buffer__set_up_maps(buffer);
	}
	if (err) {
		free(buffer);
		errno = -err;
		return NULL;
	}
	return buffer;
}

/* The same, asking the kernel. Since 0.1. */
static inline struct bpf_buffer *bpf_buffer__new(struct bpf_map *events, struct bpf_map *heap)
{
	return bpf_buffer__new_opts(events, heap, NULL);
}

/* Which kind was chosen. Since 0.1. */
static inline bool bpf_buffer__is_ring(const struct bpf_buffer *buffer)
{
	return buffer->is_ring;
}

static inline void bpf_buffer__on_lost(void *ctx, int cpu, __u64 count)
{
	struct bpf_buffer *buffer = (struct bpf_buffer *)ctx;

	buffer->lost_total += count;
	if (buffer->lost)
		buffer->lost(buffer->ctx, cpu, count);
}

/* A perf buffer does not stop in the middle: the rest would be lost. */
static inline void bpf_buffer__on_perf_sample(void *ctx, int cpu, void *data, __u32 size)
{
	struct bpf_buffer *buffer = (struct bpf_buffer *)ctx;
	int result = buffer->sample(buffer->ctx, data, size);

	(void)cpu;
	buffer->samples++;
	if (result < 0 && !buffer->stopped)
		buffer->stopped = result;
}

static inline int bpf_buffer__open_perf(struct bpf_buffer *buffer)
{
	int fd = bpf_map__fd(buffer->events);
	long err;
#ifdef LIBBPF_MAJOR_VERSION /* since 0.6 */
	buffer->perf = perf_buffer__new(fd, buffer->perf_pages, bpf_buffer__on_perf_sample,
					bpf_buffer__on_lost, buffer, NULL);
#else
	struct perf_buffer_opts opts;

	memset(&opts, 0, sizeof(opts));
	opts.sample_cb = bpf_buffer__on_perf_sample;
	opts.lost_cb = bpf_buffer__on_lost;
	opts.ctx = buffer;
	buffer->perf = perf_buffer__new(fd, buffer->perf_pages, &opts);
#endif
	err = libbpf_get_error(buffer->perf);
	if (err)
		buffer->perf = NULL;
	return (int)err;
}

static inline int bpf_buffer__open_ring(struct bpf_buffer *buffer)
{
	int cpus = libbpf_num_possible_cpus();
	long err;

	if (cpus < 0)
		return cpus;
	buffer->counts = (__u64 *)calloc((size_t)cpus, 2 * sizeof(*buffer->counts));
	if (!buffer->counts)
		return -ENOMEM;
	buffer->counts_before = buffer->counts + cpus;
	buffer->cpu_count = cpus;
	buffer->ring =
		ring_buffer__new(bpf_map__fd(buffer->events), buffer->sample, buffer->ctx, NULL);
	err = libbpf_get_error(buffer->ring);
	if (err) {
		buffer->ring = NULL;
		free(buffer->counts);
		buffer->counts = NULL;
	}
	return (int)err;
}

/*
 * Opens the buffer for reading, once, after the load. @lost_cb may be NULL. @ctx is handed to
 * both. Errors: -EINVAL (not loaded, opened already), -ENOMEM, those of mmap(2), epoll(7) and
 * perf_event_open(2). Since 0.1.
 */
static inline int bpf_buffer__open(struct bpf_buffer *buffer, bpf_buffer_sample_fn sample_cb,
				   bpf_buffer_lost_fn lost_cb, void *ctx)
{
	if (!buffer || !sample_cb || buffer->ring || buffer->perf ||
	    bpf_map__fd(buffer->events) < 0)
		return -EINVAL;
	buffer->sample = sample_cb;
	buffer->lost = lost_cb;
	buffer->ctx = ctx;
	return buffer->is_ring ? bpf_buffer__open_ring(buffer) : bpf_buffer__open_perf(buffer);
}

/* The kernel does not count for a ring buffer, the BPF side does. */
static inline void bpf_buffer__report_lost(struct bpf_buffer *buffer)
{
	__u32 zero = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(buffer->heap), &zero, buffer->counts))
		return; /* nothing is forgotten: the next poll sees it */
	for (int cpu = 0; cpu < buffer->cpu_count; cpu++) {
		__u64 more = buffer->counts[cpu] - buffer->counts_before[cpu];

		buffer->counts_before[cpu] = buffer->counts[cpu];
		if (more)
			bpf_buffer__on_lost(buffer, cpu, more);
	}
}

/*
 * Waits for events, at most @timeout_ms milliseconds (-1: for ever, 0: not at all), and hands what
 * there is to the callbacks. Returns how many events, or a negative errno: -EINTR a signal came,
 * what a callback returned, -EINVAL not open; errno is the same then.
 *
 * With a ring buffer a negative result of the callback ends the poll, and the next one goes on;
 * with a perf buffer all that is there is handed out first. Since 0.1.
 */
static inline int bpf_buffer__poll(struct bpf_buffer *buffer, int timeout_ms)
{
	int result = -EINVAL;

	if (buffer && buffer->ring) {
		result = ring_buffer__poll(buffer->ring, timeout_ms);
		bpf_buffer__report_lost(buffer);
	} else if (buffer && buffer->perf) {
		buffer->samples = 0;
		buffer->stopped = 0;
		result = perf_buffer__poll(buffer->perf, timeout_ms);
		if (result >= 0)
			result = buffer->stopped ? buffer->stopped : buffer->samples;
	}
	if (result < 0)
		errno = -result;
	return result;
}

/* How many events were lost, as far as the polls have seen. Since 0.1. */
static inline __u64 bpf_buffer__lost(const struct bpf_buffer *buffer)
{
	return buffer->lost_total;
}

/* NULL is fine, and so is a buffer that was never opened. The maps stay. Since 0.1. */
static inline void bpf_buffer__free(struct bpf_buffer *buffer)
{
	if (!buffer)
		return;
	ring_buffer__free(buffer->ring);
	perf_buffer__free(buffer->perf);
	free(buffer->counts);
	free(buffer);
}

#ifdef __cplusplus
}
#endif

#endif
