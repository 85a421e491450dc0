/* SPDX-License-Identifier: MIT */
/*
 * Buffers whose events' type is said in every way there is.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct by_value {
	int a;
};
struct by_own_pointer {
	int b;
};
struct by_pointer {
	int c;
};

const struct by_pointer *unused __attribute__((unused));
const struct by_own_pointer *unused_second __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
	__type(value, struct by_value);
} first SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, int);
	__type(value, int);
} third SEC(".maps");
