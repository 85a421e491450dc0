/* SPDX-License-Identifier: MIT */
/*
 * The kernel side of task_facts: reads the kernel's structs about one process, at the moment it
 * changes its name.
 *
 * Each fact is one that user space knows by another way, and each stands or falls with a kind of
 * relocation that another kernel answers differently: fields behind pointers, an array of pointers,
 * a bitfield, sizes, an enumerator. What is asked of pointers needs the kernel's pointer size, not
 * that of the process that loads. libbpf takes it from a type called long; none of the fields here
 * has one, so it is in a trimmed BTF for that reason alone.
 *
 * The raw tracepoint runs in the process that calls prctl(PR_SET_NAME): nothing has to be waited
 * for.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "task_facts.h"

#define CORE __attribute__((preserve_access_index))

enum pid_type {
	PIDTYPE_TGID = 77, /* not what any kernel has */
	PIDTYPE_PGID,
	PIDTYPE_SID,
};

typedef struct {
	unsigned int val;
} CORE kuid_t;

struct cred {
	kuid_t uid;
} CORE;

struct upid {
	int nr;
} CORE;

struct pid {
	unsigned int level;
	struct upid numbers[1];
} CORE;

struct signal_struct {
	struct pid *pids[4];
} CORE;

struct task_struct {
	unsigned int policy;
	unsigned sched_reset_on_fork : 1;
	struct task_struct *real_parent;
	struct signal_struct *signal;
	int *clear_child_tid;
	const struct cred *cred;
	unsigned long long start_boottime;
	char comm[TASK_FACTS_COMM_SIZE];
} CORE;

/* Only a process that still has this name is examined. Set before the load. */
const volatile char wanted_comm[TASK_FACTS_COMM_SIZE];

struct task_facts facts;

static __always_inline int is_wanted(void)
{
	char comm[TASK_FACTS_COMM_SIZE] = {};
	int i;

	if (bpf_get_current_comm(comm, sizeof(comm)))
		return 0;
	for (i = 0; i < TASK_FACTS_COMM_SIZE; i++) {
		if (comm[i] != wanted_comm[i])
			return 0;
		if (!comm[i])
			break;
	}
	return 1;
}

/* The number of @pid in the pid namespace of @level. */
static __always_inline int pid_number(struct pid *pid, unsigned int level)
{
	const char *first = (const char *)&pid->numbers[0];
	const struct upid *upid = (const void *)(first + level * bpf_core_type_size(struct upid));

	return BPF_CORE_READ(upid, nr);
}

SEC("raw_tp/task_rename")
int handle_rename(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct pid *own;
	unsigned int level;

	if (!is_wanted())
		return 0;

	/* The indices are those of enum pid_type; the last one is compared below. */
	own = BPF_CORE_READ(task, signal, pids[1]);
	level = BPF_CORE_READ(own, level);
	facts.pid = pid_number(own, level);
	facts.parent = pid_number(BPF_CORE_READ(task, real_parent, signal, pids[1]), level);
	facts.group = pid_number(BPF_CORE_READ(task, signal, pids[2]), level);
	facts.session = pid_number(BPF_CORE_READ(task, signal, pids[3]), level);
	facts.session_index = bpf_core_enum_value(enum pid_type, PIDTYPE_SID);

	facts.uid = BPF_CORE_READ(task, cred, uid.val);
	facts.policy = BPF_CORE_READ(task, policy);
	facts.reset_on_fork = BPF_CORE_READ_BITFIELD_PROBED(task, sched_reset_on_fork);
	facts.start_boottime = BPF_CORE_READ(task, start_boottime);
	BPF_CORE_READ_STR_INTO(&facts.comm, task, comm);

	/* A pointer of 4 or 8 bytes, read as wide as it is. Little-endian kernels only. */
	facts.clear_child_tid = 0;
	bpf_core_read(&facts.clear_child_tid, bpf_core_field_size(task->clear_child_tid),
		      &task->clear_child_tid);
	facts.pointer_size = bpf_core_field_size(task->clear_child_tid);
	facts.count++;
	return 0;
}

/* bpf_probe_read_kernel() may be called by GPL-compatible programs. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";
