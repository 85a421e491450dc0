/* SPDX-License-Identifier: MIT */
/*
 * Maps of each kind that is shown, with the tags that say how.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <corebtf_tags.bpf.h>

struct key {
	int pid;
	char comm[8];
};

struct latency {
	__u32 slots[27];
	char comm[8];
	__u64 sum;
};

struct numbers {
	__u64 total;
	int level;
	__u8 small;
	union {
		__u32 either;
		__u32 other;
	};
	__u64 last COREBTF_TIME;
	char comm[8];
};

#define MAP(name, kind, key_type, value_type, entries)                                             \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__uint(max_entries, entries);                                                      \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} name SEC(".maps")

MAP(counts, BPF_MAP_TYPE_HASH, struct key, __u64, 2000) COREBTF_TABLE COREBTF_COUNTER;
MAP(levels, BPF_MAP_TYPE_ARRAY, __u32, int, 8) COREBTF_GAUGE;
MAP(per_cpu, BPF_MAP_TYPE_PERCPU_HASH, __u32, struct numbers, 8);
MAP(per_cpu_array, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, __u64, 8);
MAP(recent, BPF_MAP_TYPE_LRU_HASH, __u32, __u32, 64);
MAP(latencies, BPF_MAP_TYPE_HASH, __u32, struct latency, 8) COREBTF_LOG2("usecs") COREBTF_HISTOGRAM;
MAP(sizes, BPF_MAP_TYPE_ARRAY, __u32, __u64, 40) COREBTF_LINEAR(100, 10, "kB");
MAP(wrong, BPF_MAP_TYPE_HASH, struct key, struct key, 8) COREBTF_TAG("log3");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 16);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, 8 * 16);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 16);
	__uint(value_size, 8);
} queue SEC(".maps");

__u64 global_count;
char global_text[8];

SEC("raw_tp")
int take_stack(void *context)
{
	return bpf_get_stackid(context, &stacks, 0) < 0;
}

char LICENSE[] SEC("license") = "GPL";
