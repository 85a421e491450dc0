/* SPDX-License-Identifier: MIT */
/*
 * bpf_buffer.bpf.h - the BPF side of bpf_buffer.h: events to user space, through a ring buffer
 * where the kernel has one (Linux 5.8), else through a perf buffer.
 *
 *	struct event *event = reserve_buf(sizeof(*event));
 *
 *	if (!event)
 *		return 0;		// counted as lost
 *	event->pid = ...;		// all members: the memory is not zeroed
 *	submit_buf(ctx, event, sizeof(*event));
 *
 * The maps are called events and heap, for bpf_buffer__new(). Before the #include a program may
 * define MAX_EVENT_SIZE and RINGBUF_SIZE, both in bytes.
 *
 * How both sides come to the same choice
 *
 * A program that calls a helper which the kernel lacks is refused, unless the verifier sees that
 * the call is never reached. It sees that for a branch on a constant in the instruction, on every
 * kernel. A constant in .rodata would not do: kernels before 5.2 have no such maps, and those
 * before 5.5 do not look into them. So the choice is a CO-RE relocation, whether the BTF has
 * struct bpf_ringbuf, which came with the ring buffer itself. It survives trimming, since "does
 * this type exist" is a question like any other: where the kernel has the type, the trimmed BTF
 * has it, too, and where it does not, the relocation becomes 0. It needs a BTF from somewhere,
 * as all of CO-RE does. The struct below has no members and a flavour (___), so it agrees with
 * every kernel's and stands beside the one in vmlinux.h.
 *
 * User space decides before the load, by asking the BTF that libbpf will be given or the kernel.
 */
#ifndef COREBTF_BPF_BUFFER_BPF_H
#define COREBTF_BPF_BUFFER_BPF_H

#ifndef __VMLINUX_H__
#include <linux/bpf.h>
#endif
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* The largest event. Each processor has one such piece of memory where perf buffers are used; a
 * kernel allows 32 KiB. */
#ifndef MAX_EVENT_SIZE
#define MAX_EVENT_SIZE 10240
#endif

/* The ring buffer, for all processors together: a power of two, and of whole pages. */
#ifndef RINGBUF_SIZE
#define RINGBUF_SIZE (1024 * 256)
#endif

/* With a perf buffer: where an event is built, since the BPF stack has only 512 bytes. With a ring
 * buffer user space makes it 8 bytes long: how many events found no room in it. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, MAX_EVENT_SIZE);
} heap SEC(".maps");

/* User space makes a perf event array of it where there are no ring buffers. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RINGBUF_SIZE);
} events SEC(".maps");

struct bpf_ringbuf___corebtf {
};

#if __has_attribute(diagnose_if)
#define BPF_BUFFER_FITS(size)                                                                      \
	__attribute__((diagnose_if((size) > MAX_EVENT_SIZE,                                        \
				   "larger than MAX_EVENT_SIZE (bpf_buffer.bpf.h)", "error")))
#else
#define BPF_BUFFER_FITS(size)
#endif

/*
 * Memory for one event of @size bytes, a constant. It holds whatever was there before. NULL: there
 * is no room, the event is lost; with a ring buffer that is counted here, with a perf buffer the
 * kernel counts what submit_buf() cannot place.
 *
 * What was reserved must be submitted or discarded on every path: the verifier insists on it, but
 * only where there is a ring buffer. With a perf buffer a processor has one piece of memory: an
 * event that is being built when an interrupt runs the same program there is overwritten.
 */
static __always_inline void *reserve_buf(__u64 size) BPF_BUFFER_FITS(size)
{
	__u32 zero = 0; /* on the stack: a constant would be in .rodata */
	__u64 *lost;
	void *buf;

	if (!bpf_core_type_exists(struct bpf_ringbuf___corebtf))
		return bpf_map_lookup_elem(&heap, &zero);

	buf = bpf_ringbuf_reserve(&events, size, 0);
	if (buf)
		return buf;
	lost = bpf_map_lookup_elem(&heap, &zero);
	if (lost)
		__sync_fetch_and_add(lost, 1); /* an interrupt may count at the same time */
	return NULL;
}

/*
 * Sends what reserve_buf() gave; @buf must not be used after it. @ctx is the program's own
 * context, @size as it was reserved. Returns 0, or what bpf_perf_event_output() returned.
 */
static __always_inline long submit_buf(void *ctx, void *buf, __u64 size)
{
	if (!bpf_core_type_exists(struct bpf_ringbuf___corebtf))
		return bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, buf, size);

	bpf_ringbuf_submit(buf, 0);
	return 0;
}

/* Gives back what reserve_buf() gave: there is no event after all. */
static __always_inline void discard_buf(void *buf)
{
	if (bpf_core_type_exists(struct bpf_ringbuf___corebtf))
		bpf_ringbuf_discard(buf, 0);
}

#endif
