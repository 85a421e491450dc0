/* SPDX-License-Identifier: MIT */
/* One event for each exec that succeeded. */
#include "task.bpf.h"

struct linux_binprm {
	const char *filename;
} CORE;

/* Arguments of the tracepoint: the task, its pid before the exec, the binary's description. */
SEC("raw_tp/sched_process_exec")
int btfd_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct linux_binprm *binprm = (struct linux_binprm *)ctx->args[2];
	struct event event = {.kind = EVENT_EXEC};

	fill_event(&event, task);
	bpf_probe_read_kernel_str(event.file, sizeof(event.file), BPF_CORE_READ(binprm, filename));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}
