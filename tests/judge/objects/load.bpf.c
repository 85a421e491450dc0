/* SPDX-License-Identifier: MIT */
/*
 * Programs that any kernel from 5.10 on loads: raw tracepoints that read the kernel's structs. One
 * of them reads a field that no kernel has, behind a guard: its poisoned instruction is dead code.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define relocated __attribute__((preserve_access_index))

typedef unsigned long long u64;
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef long long s64;

struct mm_struct {
	unsigned long start_code;
} relocated;

struct cred {
	struct {
		u32 val;
	} uid;
} relocated;

struct task_struct___new {
	u32 __state;
} relocated;

struct task_struct {
	int pid, tgid;
	struct task_struct *real_parent;
	struct mm_struct *mm;
	const struct cred *cred;
	char comm[16];
	u64 no_kernel_has_this;
	unsigned int in_execve : 1;
	long state;
} relocated;

struct file_operations;
struct no_such_struct {
	int member;
} relocated;

enum bpf_func_id___kernel {
	BPF_FUNC_ringbuf_output___kernel = 130,
	BPF_FUNC_nobody_wrote___kernel = 999999,
};

u64 out[16];

SEC("raw_tp/sched_process_exec")
int fields(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];

	out[0] = BPF_CORE_READ(task, pid);
	out[1] = BPF_CORE_READ(task, real_parent, tgid);
	out[2] = BPF_CORE_READ(task, mm, start_code);
	out[3] = BPF_CORE_READ(task, cred, uid.val);
	out[4] = BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int versions(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	struct task_struct___new *new = (void *)task;

	if (bpf_core_field_exists(new->__state))
		out[0] = BPF_CORE_READ(new, __state);
	else
		out[0] = BPF_CORE_READ(task, state);
	if (bpf_core_field_exists(task->no_kernel_has_this))
		out[1] = BPF_CORE_READ(task, no_kernel_has_this);
	return 0;
}

SEC("raw_tp/sched_switch")
int types(void *ctx)
{
	out[0] = bpf_core_type_exists(struct file_operations);
	out[1] = bpf_core_type_exists(struct no_such_struct);
	out[2] = bpf_core_type_size(struct task_struct);
	out[3] = bpf_core_enum_value_exists(enum bpf_func_id___kernel,
					    BPF_FUNC_ringbuf_output___kernel);
	out[4] = bpf_core_enum_value_exists(enum bpf_func_id___kernel,
					    BPF_FUNC_nobody_wrote___kernel);
	if (out[3])
		out[5] = bpf_core_enum_value(enum bpf_func_id___kernel,
					     BPF_FUNC_ringbuf_output___kernel);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
