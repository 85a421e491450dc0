/* SPDX-License-Identifier: MIT */
/*
 * The kernel side of execsnoop: one event for each exec that succeeded.
 *
 * The raw tracepoint sched_process_exec passes pointers to the kernel's own structs; events go
 * through bpf_buffer.bpf.h into a ring buffer, or into a perf buffer where the kernel has no ring
 * buffers. All of that exists since Linux 4.17, so this runs on kernels older than BTF, which need
 * a BTF from outside.
 *
 * The structs below declare only the fields that are read. Their offsets here mean nothing:
 * preserve_access_index makes clang record each access, and libbpf writes the running kernel's
 * offset into the instruction. The offset of task_struct.tgid alone is different in 5.10, 6.1, 6.12
 * and 7.2.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf_buffer.bpf.h>

#include "execsnoop.h"

#define CORE __attribute__((preserve_access_index))

typedef struct {
	unsigned int val;
} CORE kuid_t;

struct cred {
	kuid_t uid;
} CORE;

struct task_struct {
	int tgid; /* what user space calls the pid */
	struct task_struct *real_parent;
	const struct cred *cred;
	char comm[COMM_SIZE];
} CORE;

struct linux_binprm {
	const char *filename;
} CORE;

/* Arguments of the tracepoint: the task, its pid before the exec, the binary's description. */
SEC("raw_tp/sched_process_exec")
int handle_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct linux_binprm *binprm = (struct linux_binprm *)ctx->args[2];
	struct event *event = reserve_buf(sizeof(*event));

	if (!event)
		return 0; /* no room: the event is counted as lost */
	event->pid = BPF_CORE_READ(task, tgid);
	event->ppid = BPF_CORE_READ(task, real_parent, tgid);
	event->uid = BPF_CORE_READ(task, cred, uid.val);
	BPF_CORE_READ_STR_INTO(&event->comm, task, comm);
	bpf_probe_read_kernel_str(event->file, sizeof(event->file),
				  BPF_CORE_READ(binprm, filename));

	submit_buf(ctx, event, sizeof(*event));
	return 0;
}

/* bpf_perf_event_output() and bpf_probe_read_kernel() may be called by GPL-compatible programs. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";
