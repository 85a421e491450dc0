/* SPDX-License-Identifier: MIT */
/*
 * One event for each run. The choice of the buffer is the only CO-RE relocation in this object, so
 * the BTF for a kernel without ring buffers has nothing in it.
 */
#include <linux/bpf.h>

#define RINGBUF_SIZE   (64 * 1024) /* one page at least, on every machine */
#define MAX_EVENT_SIZE 256
#include "bpf_buffer.bpf.h"

#include "emit.h"

SEC("raw_tp/sys_enter")
int emit(struct bpf_raw_tracepoint_args *ctx)
{
	struct event *event = reserve_buf(sizeof(*event));

	if (!event)
		return 0;
	event->number = ctx->args[0];
	__builtin_memset(event->text, 'x', sizeof(event->text));
	if (ctx->args[1] == DISCARD)
		discard_buf(event);
	else
		submit_buf(ctx, event, sizeof(*event));
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
