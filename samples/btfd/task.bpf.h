/* SPDX-License-Identifier: MIT */
/*
 * For both BPF objects: the perf event array, and the part of an event that comes from a task.
 *
 * The structs below declare only the fields that are read. Their offsets here mean nothing:
 * preserve_access_index makes clang record each access, and libbpf writes the running kernel's
 * offset into the instruction. For that it needs a BTF of the running kernel.
 */
#ifndef BTFD_TASK_BPF_H
#define BTFD_TASK_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "event.h"

#define CORE __attribute__((preserve_access_index))

typedef struct {
	unsigned int val;
} CORE kuid_t;

struct cred {
	kuid_t uid;
} CORE;

struct task_struct {
	int pid;  /* what user space calls the thread's id */
	int tgid; /* and this the pid */
	int exit_code;
	struct task_struct *real_parent;
	const struct cred *cred;
	__u64 start_time;
	__u64 self_exec_id; /* 32 bits before Linux 5.7 */
	char comm[COMM_SIZE];
} CORE;

/* btfd replaces this map by its own, so every object writes into the same buffer. */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} events SEC(".maps");

static __always_inline void fill_event(struct event *event, struct task_struct *task)
{
	event->pid = BPF_CORE_READ(task, tgid);
	event->ppid = BPF_CORE_READ(task, real_parent, tgid);
	event->uid = BPF_CORE_READ(task, cred, uid.val);
	event->start = BPF_CORE_READ(task, start_time);
	/* This form reads the size of the field as well, which differs between kernels. */
	event->serial = BPF_CORE_READ_BITFIELD_PROBED(task, self_exec_id);
	BPF_CORE_READ_STR_INTO(&event->comm, task, comm);
}

/* bpf_perf_event_output() and bpf_probe_read_kernel() may be called by GPL-compatible programs. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";

#endif
