/* SPDX-License-Identifier: MIT */
/* For each process that executes a program: who its parent is, read with CO-RE. */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct task_struct {
	int tgid;
	struct task_struct *real_parent;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, int);
	__type(value, int);
} parents SEC(".maps");

SEC("raw_tracepoint/sched_process_exec")
int note_parent(void *context)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	int tgid = BPF_CORE_READ(task, tgid), parent = BPF_CORE_READ(task, real_parent, tgid);

	bpf_map_update_elem(&parents, &tgid, &parent, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
