/* SPDX-License-Identifier: MIT */
/* An object with all that a package.json describes: options, a buffer, a histogram, programs. */
typedef unsigned int __u32;
typedef unsigned long long __u64;

#define SEC(name)	  __attribute__((section(name), used))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name
#define HELP(text)	  __attribute__((btf_decl_tag("corebtf:help:" text)))

struct event {
	__u64 time;
	__u32 pid;
	char comm[16];
};

struct hist {
	__u32 slots[8];
};

const volatile int targ_pid HELP("only this process") = 0;
const volatile _Bool all = 0;
const struct event *unused;
int seen;

struct {
	__uint(type, 27);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, 1);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct hist);
} hists SEC(".maps");

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

static long (*output)(void *, const void *, __u64, __u64) = (void *)130;
static __u64 (*current_task)(void) = (void *)35;
static long (*read_kernel)(void *, __u32, const void *) = (void *)113;

SEC("raw_tp/sched_process_exec")
int on_exec(void *context)
{
	struct event event = {.pid = targ_pid + all};

	struct task_struct *task = (void *)current_task();

	read_kernel(&event.time, sizeof(task->pid), &task->pid);
	seen++;
	return output(&events, &event, sizeof(event), 0);
}

char LICENSE[] SEC("license") = "GPL";
