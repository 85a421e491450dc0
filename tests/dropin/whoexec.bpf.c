/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "whoexec.h"

struct task_struct {
	int tgid;
	char comm[TASK_COMM_LEN];
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

SEC("raw_tp/sched_process_exec")
int whoexec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct event event = {};

	event.pid = bpf_get_current_pid_tgid() >> 32;
	event.pid_read = BPF_CORE_READ(task, tgid);
	bpf_get_current_comm(&event.comm, sizeof(event.comm));
	BPF_CORE_READ_STR_INTO(&event.comm_read, task, comm);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
