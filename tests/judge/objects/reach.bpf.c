/* SPDX-License-Identifier: MIT */
/*
 * Programs that read fields behind checks of every kind; reach_judge takes the fields away. What
 * the report says of each without `pid` is in the name: guarded_, unsure_, breaks_.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define relocated __attribute__((preserve_access_index))
#define noinline  __attribute__((noinline))

typedef unsigned long long u64;
typedef unsigned int u32;

struct task_struct {
	int pid, tgid;
	unsigned int in_execve : 1;
} relocated;

enum bpf_func_id___kernel {
	BPF_FUNC_ringbuf_output___kernel = 130,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u64);
} table SEC(".maps");

extern int LINUX_KERNEL_VERSION __kconfig;

const volatile bool wanted = true;
u64 out[16];

static struct task_struct *task_of(struct bpf_raw_tracepoint_args *ctx)
{
	return (void *)ctx->args[0];
}

static noinline bool has_pid(void)
{
	volatile bool answer = bpf_core_field_exists(struct task_struct, pid);

	return answer;
}

static noinline int read_pid(struct task_struct *task)
{
	return BPF_CORE_READ(task, pid);
}

SEC("raw_tp/sched_process_exec")
int breaks_plain(struct bpf_raw_tracepoint_args *ctx)
{
	out[0] = BPF_CORE_READ(task_of(ctx), pid);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int guarded_plain(struct bpf_raw_tracepoint_args *ctx)
{
	if (bpf_core_field_exists(struct task_struct, pid))
		out[1] = BPF_CORE_READ(task_of(ctx), pid);
	else
		out[1] = BPF_CORE_READ(task_of(ctx), tgid);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int guarded_by_size(struct bpf_raw_tracepoint_args *ctx)
{
	if (bpf_core_type_exists(struct task_struct) &&
	    bpf_core_enum_value_exists(enum bpf_func_id___kernel,
				       BPF_FUNC_ringbuf_output___kernel) &&
	    bpf_core_field_exists(struct task_struct, pid))
		out[2] = BPF_CORE_READ(task_of(ctx), pid) +
			 bpf_core_enum_value(enum bpf_func_id___kernel,
					     BPF_FUNC_ringbuf_output___kernel);
	return 0;
}

/* The check and the access are far apart, with calls between them. */
SEC("raw_tp/sched_process_exec")
int guarded_later(struct bpf_raw_tracepoint_args *ctx)
{
	bool answer = bpf_core_field_exists(struct task_struct, pid);
	struct task_struct *task = task_of(ctx);
	u32 key = bpf_get_prandom_u32();
	u64 *value;

	value = bpf_map_lookup_elem(&table, &key);
	if (!value)
		return 0;
	if (answer)
		*value = BPF_CORE_READ(task, pid);
	return 0;
}

/* The verifier does not follow what functions return through their stack; nor do we. */
SEC("raw_tp/sched_process_exec")
int unsure_function(struct bpf_raw_tracepoint_args *ctx)
{
	if (has_pid())
		out[4] = BPF_CORE_READ(task_of(ctx), pid);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int unsure_setting(struct bpf_raw_tracepoint_args *ctx)
{
	if (wanted)
		out[5] = BPF_CORE_READ(task_of(ctx), pid);
	return 0;
}

/* Whatever the setting is, one of the two is reached; which one is not known. */
SEC("raw_tp/sched_process_exec")
int breaks_after_setting(struct bpf_raw_tracepoint_args *ctx)
{
	u64 value = 1;

	if (wanted)
		value = bpf_get_prandom_u32();
	if (ctx->args[1])
		out[6] = value + BPF_CORE_READ(task_of(ctx), pid);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int breaks_behind_lookup(struct bpf_raw_tracepoint_args *ctx)
{
	u32 key = 0;
	u64 *value = bpf_map_lookup_elem(&table, &key);

	if (value)
		*value = BPF_CORE_READ(task_of(ctx), pid);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int breaks_in_function(struct bpf_raw_tracepoint_args *ctx)
{
	out[8] = read_pid(task_of(ctx));
	return 0;
}

SEC("raw_tp/sched_process_exec")
int guarded_function(struct bpf_raw_tracepoint_args *ctx)
{
	if (bpf_core_field_exists(struct task_struct, pid))
		out[9] = read_pid(task_of(ctx));
	return 0;
}

SEC("raw_tp/sched_process_exec")
int breaks_in_loop(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = task_of(ctx);
	u64 sum = 0;

#pragma clang loop unroll(disable)
	for (int i = 0; i < 5; i++) {
		if (ctx->args[1] == (u64)i)
			break;
		sum += BPF_CORE_READ(task, pid) + i;
	}
	out[10] = sum;
	return 0;
}

SEC("raw_tp/sched_process_exec")
int guarded_by_version(struct bpf_raw_tracepoint_args *ctx)
{
	if (LINUX_KERNEL_VERSION < KERNEL_VERSION(5, 5, 0))
		out[12] = BPF_CORE_READ(task_of(ctx), pid);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int breaks_by_version(struct bpf_raw_tracepoint_args *ctx)
{
	if (LINUX_KERNEL_VERSION >= KERNEL_VERSION(5, 5, 0))
		out[13] = BPF_CORE_READ(task_of(ctx), pid);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int works_without(struct bpf_raw_tracepoint_args *ctx)
{
	out[11] = BPF_CORE_READ_BITFIELD_PROBED(task_of(ctx), in_execve);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
