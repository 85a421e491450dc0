/* SPDX-License-Identifier: MIT */
/*
 * Reads types that only modules have, one in each program, and types of the kernel itself.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct nf_conn {
	unsigned long status;
	unsigned int timeout;
};
struct nf_conntrack_net_ecache {
	int dummy;
};
struct ovl_config {
	char *upperdir;
	char *workdir;
};
struct xfs_inode {
	unsigned long long i_ino;
	long long i_disk_size;
};
struct in_no_module {
	int field;
};
struct task_struct {
	int pid;
	int tgid;
};
#pragma clang attribute pop

volatile unsigned long long out[8];

SEC("raw_tp/sys_enter")
int netfilter(struct bpf_raw_tracepoint_args *context)
{
	struct nf_conn *connection = (void *)context->args[0];

	out[0] = BPF_CORE_READ(connection, status);
	out[1] = BPF_CORE_READ(connection, timeout);
	out[2] = bpf_core_type_exists(struct nf_conntrack_net_ecache);
	out[3] = bpf_core_type_size(struct nf_conntrack_net_ecache);
	return 0;
}

SEC("raw_tp/sys_enter")
int overlay(struct bpf_raw_tracepoint_args *context)
{
	struct ovl_config *config = (void *)context->args[0];

	out[0] = (unsigned long)BPF_CORE_READ(config, upperdir);
	out[1] = (unsigned long)BPF_CORE_READ(config, workdir);
	out[2] = bpf_core_type_size(struct ovl_config);
	return 0;
}

SEC("raw_tp/sys_enter")
int xfs(struct bpf_raw_tracepoint_args *context)
{
	struct xfs_inode *inode = (void *)context->args[0];
	struct task_struct *task = (void *)bpf_get_current_task();

	out[0] = BPF_CORE_READ(inode, i_ino);
	out[1] = BPF_CORE_READ(inode, i_disk_size);
	out[2] = BPF_CORE_READ(task, tgid);
	out[3] = bpf_core_type_exists(struct in_no_module);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
