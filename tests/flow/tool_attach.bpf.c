/* SPDX-License-Identifier: MIT */
/* For tool_attach.sh: programs whose place an option says; each counts its calls. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, int);
	__type(value, __u64);
} hits SEC(".maps");
static void hit(int key)
{
	__u64 one = 1, *v = bpf_map_lookup_elem(&hits, &key);
	if (v)
		__sync_fetch_and_add(v, 1);
	else
		bpf_map_update_elem(&hits, &key, &one, 0);
}
SEC("xdp") int on_xdp(struct xdp_md *c)
{
	hit(1);
	return XDP_PASS;
}
SEC("tc") int on_tc(struct __sk_buff *c)
{
	hit(2);
	return 0;
}
SEC("cgroup_skb/egress") int on_cgroup(struct __sk_buff *c)
{
	hit(3);
	return 1;
}
SEC("uprobe") int on_uprobe(void *c)
{
	hit(4);
	return 0;
}
SEC("perf_event") int on_perf(void *c)
{
	hit(5);
	return 0;
}
SEC("fentry/no_such_function_xyz") int on_fentry(void *c)
{
	hit(6);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
