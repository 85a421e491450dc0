/* SPDX-License-Identifier: MIT */
/*
 * One event for each process that ends, sent when its first thread ends. Hardly any program lets
 * other threads outlive the first.
 */
#include "task.bpf.h"

/* First argument of the tracepoint: the task. */
SEC("raw_tp/sched_process_exit")
int btfd_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct event event = {.kind = EVENT_EXIT};

	if (BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid))
		return 0;
	fill_event(&event, task);
	event.status = BPF_CORE_READ(task, exit_code);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event,
			      __builtin_offsetof(struct event, file));
	return 0;
}
