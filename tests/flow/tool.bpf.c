/* SPDX-License-Identifier: MIT */
/*
 * For tool.sh: one event for each program that is started, without tracefs; options of all kinds;
 * programs that cannot be loaded or attached.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <corebtf_tags.bpf.h>

#define CORE __attribute__((preserve_access_index))

struct task_struct {
	int tgid;
	struct task_struct *real_parent;
	char comm[16];
} CORE;

enum level { LEVEL_LOW = 1, LEVEL_HIGH = 5 };

struct event {
	int pid, ppid;
	enum level level;
	char comm[16];
};

const volatile int pid COREBTF_HELP("only this process") = 0;
const volatile bool all_parents COREBTF_HELP("also those whose parent is process 1");
const volatile unsigned char small = 7;
const volatile long long wide = -1;
const volatile enum level level = LEVEL_HIGH;
const volatile char name[16] COREBTF_HELP("only programs of this name");
const volatile int json COREBTF_HELP("called as one of the runner's options");
const int no_option = 3;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
	__type(value, struct event);
} execs SEC(".maps");

struct name {
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct name);
	__type(value, __u64);
} counts SEC(".maps") COREBTF_TABLE COREBTF_COUNTER;

static void count(const char *comm)
{
	__u64 one = 1, *value;
	struct name key;

	__builtin_memcpy(key.comm, comm, sizeof(key.comm));
	value = bpf_map_lookup_elem(&counts, &key);
	if (value)
		__sync_fetch_and_add(value, 1);
	else
		bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
}

static bool is_wanted(const char *comm)
{
	for (int i = 0; i < 16 && name[i]; i++) {
		if (comm[i] != name[i])
			return false;
	}
	return true;
}

SEC("raw_tp/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *context)
{
	struct task_struct *task = (struct task_struct *)context->args[0];
	struct event event = {.level = level};

	event.pid = BPF_CORE_READ(task, tgid);
	event.ppid = BPF_CORE_READ(task, real_parent, tgid);
	BPF_CORE_READ_STR_INTO(&event.comm, task, comm);
	if ((pid && event.pid != pid) || !is_wanted(event.comm))
		return 0;
	count(event.comm);
	bpf_ringbuf_output(&execs, &event, sizeof(event), 0);
	return 0;
}

/* The verifier refuses it: it reads what was never written. */
SEC("?raw_tp/sched_process_exit")
int refused(struct bpf_raw_tracepoint_args *context)
{
	return *(volatile int *)((char *)0 + json + small);
}

SEC("tracepoint/syscalls/no_such_event")
int missing(void *context)
{
	return no_option;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
