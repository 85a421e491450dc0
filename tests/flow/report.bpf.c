/* SPDX-License-Identifier: MIT */
/*
 * The object of the report's test. task_struct.state became __state in Linux 5.14, so on every
 * kernel one of the two is missing.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define preserve __attribute__((preserve_access_index))

struct task_struct {
	int pid;
	unsigned int __state;
} preserve;

struct task_struct___before_5_14 {
	long state;
} preserve;

extern int LINUX_KERNEL_VERSION __kconfig;

const volatile bool want_state = false;
long long out;

SEC("raw_tp/sched_process_exec")
int reads_new(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];

	out = BPF_CORE_READ(task, __state);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int reads_either(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	struct task_struct___before_5_14 *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		out = BPF_CORE_READ(task, __state);
	else
		out = BPF_CORE_READ(old, state);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int reads_new_if_wanted(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];

	if (want_state)
		out = BPF_CORE_READ(task, __state);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int reads_by_version(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	struct task_struct___before_5_14 *old = (void *)task;

	if (LINUX_KERNEL_VERSION >= KERNEL_VERSION(5, 14, 0))
		out = BPF_CORE_READ(task, __state);
	else
		out = BPF_CORE_READ(old, state);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int reads_pid(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];

	out = BPF_CORE_READ(task, pid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
