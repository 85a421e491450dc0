/* SPDX-License-Identifier: MIT */
/*
 * Programs that need of a kernel what not all have, for the report's test. Compiled with OLD_KERNEL
 * it is instead the source of a BTF: a kernel without BTF of its own, and without enums.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#ifdef OLD_KERNEL

typedef void (*btf_trace_sched_switch)(void *data);
btf_trace_sched_switch sched_switch;

__attribute__((noinline)) int bpf_map_release(void)
{
	return sched_switch != 0;
}

__attribute__((noinline)) int vfs_read(void)
{
	return 0;
}

#else

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER); /* 5.16 */
	__uint(max_entries, 16);
	__type(value, int);
} filter SEC(".maps");

enum bpf_func_id___kernel {
	BPF_FUNC_ktime_get_tai_ns___kernel = 208,
};

long long out;

SEC("kprobe/vfs_read")
int on_read(void *context)
{
	int value = 1;

	return bpf_map_peek_elem(&filter, &value);
}

SEC("kprobe/no_kernel_has_this")
int on_nothing(void *context)
{
	return 0;
}

SEC("fentry/vfs_read")
int on_entry(void *context)
{
	return 0;
}

SEC("raw_tp/sched_process_exec")
int asks_the_time(void *context)
{
	out = bpf_ktime_get_tai_ns(); /* 6.1 */
	return 0;
}

SEC("raw_tp/sched_process_exec")
int asks_before(void *context)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id___kernel,
				       BPF_FUNC_ktime_get_tai_ns___kernel))
		out = bpf_ktime_get_tai_ns();
	return 0;
}

/* Its fourth argument came with 5.18. */
SEC("raw_tp/sched_switch")
int reads_state(struct bpf_raw_tracepoint_args *ctx)
{
	out = ctx->args[3];
	return 0;
}

/* x86_64's register of the second argument: a directory entry up to 5.11, then a directory. */
SEC("kprobe/vfs_unlink")
int reads_entry(void *context)
{
	out = *(long long *)(context + 104);
	return 0;
}

SEC("raw_tp/sched_switch")
int reads_nothing(struct bpf_raw_tracepoint_args *ctx)
{
	return 0;
}

SEC("tracepoint/block/block_rq_remap")
int on_remap(void *context)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";

#endif
