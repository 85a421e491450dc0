/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "event.h"
#include "event_stream.h"
#include "recent_events.h"

/*
 * For each processor; a power of two. 256 KiB with pages of 4 KiB, half of what a user without
 * CAP_IPC_LOCK may have (kernel.perf_event_mlock_kb). They hold some 800 events, which is what may
 * come in while the daemon loads an object.
 */
#define PERF_PAGES 64

struct event_stream {
	int map_fd;
	struct perf_buffer *buffer;
	struct recent_events recent;
	struct event_counts counts;
};

/* An event that fits no line is cut at the end of its last field. */
#define LINE_SIZE (128 + 4 * (COMM_SIZE + FILE_SIZE))

/* Bounded by @size: data in the buffer need not end with a NUL. */
static void print_text(const char *text, size_t size)
{
	for (size_t i = 0; i < size && text[i]; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte <= 0x20 || byte >= 0x7f || byte == '\\')
			printf("\\x%02x", byte);
		else
			putchar(byte);
	}
}

static void print_event(const struct event *event)
{
	int status = (int)event->status;

	printf("%s %u %u %u ", event->kind == EVENT_EXEC ? "exec" : "exit", event->pid, event->ppid,
	       event->uid);
	print_text(event->comm, sizeof(event->comm));
	putchar(' ');
	if (event->kind == EVENT_EXEC)
		print_text(event->file, sizeof(event->file));
	else if (WIFSIGNALED(status))
		printf("SIGNAL:%d", WTERMSIG(status));
	else
		printf("%d", WEXITSTATUS(status));
	putchar('\n');
}

static void take_sample(void *context, int cpu, void *data, unsigned int size)
{
	struct event_stream *stream = context;
	struct event event = {0};

	/* Samples are aligned to 4 bytes only, and padded at their end. */
	if (size >= offsetof(struct event, file))
		memcpy(&event, data, size < sizeof(event) ? size : sizeof(event));
	if (event.kind != EVENT_EXEC && event.kind != EVENT_EXIT) {
		stream->counts.foreign++;
		return;
	}
	if (!recent_events_add(&stream->recent, &event)) {
		stream->counts.doubled++;
		return;
	}
	print_event(&event);
	stream->counts.printed++;
}

static void take_loss(void *context, int cpu, unsigned long long lost)
{
	struct event_stream *stream = context;

	stream->counts.lost += lost;
	fprintf(stderr, "btfd: %llu events lost on processor %d\n", lost, cpu);
}

int event_stream_open(struct event_stream **ret_stream, struct reason *reason)
{
	struct event_stream *stream;
	int cpus = libbpf_num_possible_cpus();
	int err;

	if (cpus < 0)
		return reason_errno(reason, cpus, "counting the processors");
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return reason_errno(reason, -ENOMEM, "the event buffer");

	stream->map_fd = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "events", sizeof(int),
					sizeof(int), (unsigned int)cpus, NULL);
	if (stream->map_fd < 0) {
		err = reason_errno(reason, -errno,
				   "no BPF map can be made (root, or CAP_BPF and CAP_PERFMON?)");
		goto fail;
	}
	stream->buffer =
		perf_buffer__new(stream->map_fd, PERF_PAGES, take_sample, take_loss, stream, NULL);
	if (!stream->buffer) {
		err = reason_errno(reason, -errno,
				   "no perf buffer can be made (root, or CAP_PERFMON?)");
		goto fail;
	}
	*ret_stream = stream;
	return 0;
fail:
	event_stream_close(stream);
	return err;
}

void event_stream_close(struct event_stream *stream)
{
	if (!stream)
		return;
	perf_buffer__free(stream->buffer);
	if (stream->map_fd >= 0)
		close(stream->map_fd);
	free(stream);
}

int event_stream_map_fd(const struct event_stream *stream)
{
	return stream->map_fd;
}

int event_stream_poll_fd(const struct event_stream *stream)
{
	return perf_buffer__epoll_fd(stream->buffer);
}

int event_stream_drain(struct event_stream *stream)
{
	int err = perf_buffer__consume(stream->buffer);

	if (err < 0)
		return err;
	errno = EIO; /* for an error before this flush */
	return fflush(stdout) || ferror(stdout) ? -errno : 0;
}

struct event_counts event_stream_counts(const struct event_stream *stream)
{
	return stream->counts;
}
