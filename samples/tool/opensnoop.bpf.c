/* SPDX-License-Identifier: MIT */
/* opensnoop: an event for each openat(2). docs/tool.md makes a tool of it. */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <corebtf_tags.bpf.h>

/* Of the kernel's struct only the fields that are read: CO-RE finds them by name. */
struct task_struct {
	int tgid;
	struct task_struct *real_parent;
} __attribute__((preserve_access_index));

struct event {
	__u64 time COREBTF_TIME;
	int pid, ppid;
	__u32 uid COREBTF_UID;
	char comm[16];
	char path[128];
};

const volatile int pid COREBTF_HELP("only this process");
const volatile int uid COREBTF_HELP("only this user") = -1;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
	__type(value, struct event);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, int);
	__type(value, __u64);
} opens SEC(".maps") COREBTF_TABLE COREBTF_COUNTER;

struct openat {
	__u64 common;
	long number;
	unsigned long arguments[6];
};

SEC("tracepoint/syscalls/sys_enter_openat")
int on_openat(struct openat *call)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	int process = bpf_get_current_pid_tgid() >> 32;
	__u32 user = bpf_get_current_uid_gid();
	__u64 one = 1, *count;
	struct event *event;

	if ((pid && process != pid) || (uid >= 0 && user != uid))
		return 0;
	count = bpf_map_lookup_elem(&opens, &process);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&opens, &process, &one, BPF_ANY);

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->time = bpf_ktime_get_ns();
	event->pid = process;
	event->ppid = BPF_CORE_READ(task, real_parent, tgid);
	event->uid = user;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_probe_read_user_str(event->path, sizeof(event->path), (void *)call->arguments[1]);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
