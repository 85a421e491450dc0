/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "probe.h"

struct task_struct {
	int pid;
	int tgid;
} __attribute__((preserve_access_index));

SEC("raw_tracepoint/sched_process_exec")
int probe(void *context)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, tgid) > LEAST;
}

char LICENSE[] SEC("license") = "GPL";
