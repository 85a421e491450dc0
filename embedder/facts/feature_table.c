/* SPDX-License-Identifier: MIT */
/*
 * What brought which feature of BPF. The versions are those of Linux itself; a distribution may
 * have a feature earlier. Where a kernel's BTF lists its features (enum bpf_func_id and the like),
 * kernel_facts.c takes that; these versions are for messages, and for a BTF without them.
 *
 * Sources: helpers, map types up to 5.2 and program types up to 5.2 are from bcc's
 * docs/kernel-versions.md, which names the commit of each; what is newer, and the attach types,
 * from the history of include/uapi/linux/bpf.h. Numbers of helpers and map types are those of that
 * header. tests/embedder/facts/versions.sh compares all of them with the enums of real kernels.
 */
#include "embedder/facts/feature.h"

#include <string.h>

struct known_feature {
	const char *name;
	uint8_t major, minor;
};

/* By number, from 1 on: BPF_FUNC_*. */
static const struct known_feature helpers[] = {
	{"map_lookup_elem", 3, 19},
	{"map_update_elem", 3, 19},
	{"map_delete_elem", 3, 19},
	{"probe_read", 4, 1},
	{"ktime_get_ns", 4, 1},
	{"trace_printk", 4, 1},
	{"get_prandom_u32", 4, 1},
	{"get_smp_processor_id", 4, 1},
	{"skb_store_bytes", 4, 1},
	{"l3_csum_replace", 4, 1},
	{"l4_csum_replace", 4, 1},
	{"tail_call", 4, 2},
	{"clone_redirect", 4, 2},
	{"get_current_pid_tgid", 4, 2},
	{"get_current_uid_gid", 4, 2},
	{"get_current_comm", 4, 2},
	{"get_cgroup_classid", 4, 3},
	{"skb_vlan_push", 4, 3},
	{"skb_vlan_pop", 4, 3},
	{"skb_get_tunnel_key", 4, 3},
	{"skb_set_tunnel_key", 4, 3},
	{"perf_event_read", 4, 3},
	{"redirect", 4, 4},
	{"get_route_realm", 4, 4},
	{"perf_event_output", 4, 4},
	{"skb_load_bytes", 4, 5},
	{"get_stackid", 4, 6},
	{"csum_diff", 4, 6},
	{"skb_get_tunnel_opt", 4, 6},
	{"skb_set_tunnel_opt", 4, 6},
	{"skb_change_proto", 4, 8},
	{"skb_change_type", 4, 8},
	{"skb_under_cgroup", 4, 8},
	{"get_hash_recalc", 4, 8},
	{"get_current_task", 4, 8},
	{"probe_write_user", 4, 8},
	{"current_task_under_cgroup", 4, 9},
	{"skb_change_tail", 4, 9},
	{"skb_pull_data", 4, 9},
	{"csum_update", 4, 9},
	{"set_hash_invalid", 4, 9},
	{"get_numa_node_id", 4, 10},
	{"skb_change_head", 4, 10},
	{"xdp_adjust_head", 4, 10},
	{"probe_read_str", 4, 11},
	{"get_socket_cookie", 4, 12},
	{"get_socket_uid", 4, 12},
	{"set_hash", 4, 13},
	{"setsockopt", 4, 13},
	{"skb_adjust_room", 4, 13},
	{"redirect_map", 4, 14},
	{"sk_redirect_map", 4, 14},
	{"sock_map_update", 4, 14},
	{"xdp_adjust_meta", 4, 15},
	{"perf_event_read_value", 4, 15},
	{"perf_prog_read_value", 4, 15},
	{"getsockopt", 4, 15},
	{"override_return", 4, 16},
	{"sock_ops_cb_flags_set", 4, 16},
	{"msg_redirect_map", 4, 17},
	{"msg_apply_bytes", 4, 17},
	{"msg_cork_bytes", 4, 17},
	{"msg_pull_data", 4, 17},
	{"bind", 4, 17},
	{"xdp_adjust_tail", 4, 18},
	{"skb_get_xfrm_state", 4, 18},
	{"get_stack", 4, 18},
	{"skb_load_bytes_relative", 4, 18},
	{"fib_lookup", 4, 18},
	{"sock_hash_update", 4, 18},
	{"msg_redirect_hash", 4, 18},
	{"sk_redirect_hash", 4, 18},
	{"lwt_push_encap", 4, 18},
	{"lwt_seg6_store_bytes", 4, 18},
	{"lwt_seg6_adjust_srh", 4, 18},
	{"lwt_seg6_action", 4, 18},
	{"rc_repeat", 4, 18},
	{"rc_keydown", 4, 18},
	{"skb_cgroup_id", 4, 18},
	{"get_current_cgroup_id", 4, 18},
	{"get_local_storage", 4, 19},
	{"sk_select_reuseport", 4, 19},
	{"skb_ancestor_cgroup_id", 4, 19},
	{"sk_lookup_tcp", 4, 20},
	{"sk_lookup_udp", 4, 20},
	{"sk_release", 4, 20},
	{"map_push_elem", 4, 20},
	{"map_pop_elem", 4, 20},
	{"map_peek_elem", 4, 20},
	{"msg_push_data", 4, 20},
	{"msg_pop_data", 5, 0},
	{"rc_pointer_rel", 5, 0},
	{"spin_lock", 5, 1},
	{"spin_unlock", 5, 1},
	{"sk_fullsock", 5, 1},
	{"tcp_sock", 5, 1},
	{"skb_ecn_set_ce", 5, 1},
	{"get_listener_sock", 5, 1},
	{"skc_lookup_tcp", 5, 2},
	{"tcp_check_syncookie", 5, 2},
	{"sysctl_get_name", 5, 2},
	{"sysctl_get_current_value", 5, 2},
	{"sysctl_get_new_value", 5, 2},
	{"sysctl_set_new_value", 5, 2},
	{"strtol", 5, 2},
	{"strtoul", 5, 2},
	{"sk_storage_get", 5, 2},
	{"sk_storage_delete", 5, 2},
	{"send_signal", 5, 3},
	{"tcp_gen_syncookie", 5, 3},
	{"skb_output", 5, 5},
	{"probe_read_user", 5, 5},
	{"probe_read_kernel", 5, 5},
	{"probe_read_user_str", 5, 5},
	{"probe_read_kernel_str", 5, 5},
	{"tcp_send_ack", 5, 5},
	{"send_signal_thread", 5, 5},
	{"jiffies64", 5, 5},
	{"read_branch_records", 5, 6},
	{"get_ns_current_pid_tgid", 5, 7},
	{"xdp_output", 5, 6},
	{"get_netns_cookie", 5, 7},
	{"get_current_ancestor_cgroup_id", 5, 6},
	{"sk_assign", 5, 6},
	{"ktime_get_boot_ns", 5, 8},
	{"seq_printf", 5, 7},
	{"seq_write", 5, 7},
	{"sk_cgroup_id", 5, 7},
	{"sk_ancestor_cgroup_id", 5, 7},
	{"ringbuf_output", 5, 8},
	{"ringbuf_reserve", 5, 8},
	{"ringbuf_submit", 5, 8},
	{"ringbuf_discard", 5, 8},
	{"ringbuf_query", 5, 8},
	{"csum_level", 5, 7},
	{"skc_to_tcp6_sock", 5, 9},
	{"skc_to_tcp_sock", 5, 9},
	{"skc_to_tcp_timewait_sock", 5, 9},
	{"skc_to_tcp_request_sock", 5, 9},
	{"skc_to_udp6_sock", 5, 9},
	{"get_task_stack", 5, 9},
	{"load_hdr_opt", 5, 10},
	{"store_hdr_opt", 5, 10},
	{"reserve_hdr_opt", 5, 10},
	{"inode_storage_get", 5, 10},
	{"inode_storage_delete", 5, 10},
	{"d_path", 5, 10},
	{"copy_from_user", 5, 10},
	{"snprintf_btf", 5, 10},
	{"seq_printf_btf", 5, 10},
	{"skb_cgroup_classid", 5, 10},
	{"redirect_neigh", 5, 10},
	{"per_cpu_ptr", 5, 10},
	{"this_cpu_ptr", 5, 10},
	{"redirect_peer", 5, 10},
	{"task_storage_get", 5, 11},
	{"task_storage_delete", 5, 11},
	{"get_current_task_btf", 5, 11},
	{"bprm_opts_set", 5, 11},
	{"ktime_get_coarse_ns", 5, 11},
	{"ima_inode_hash", 5, 11},
	{"sock_from_file", 5, 11},
	{"check_mtu", 5, 12},
	{"for_each_map_elem", 5, 13},
	{"snprintf", 5, 13},
	{"sys_bpf", 5, 14},
	{"btf_find_by_name_kind", 5, 14},
	{"sys_close", 5, 14},
	{"timer_init", 5, 15},
	{"timer_set_callback", 5, 15},
	{"timer_start", 5, 15},
	{"timer_cancel", 5, 15},
	{"get_func_ip", 5, 15},
	{"get_attach_cookie", 5, 15},
	{"task_pt_regs", 5, 15},
	{"get_branch_snapshot", 5, 16},
	{"trace_vprintk", 5, 16},
	{"skc_to_unix_sock", 5, 16},
	{"kallsyms_lookup_name", 5, 16},
	{"find_vma", 5, 17},
	{"loop", 5, 17},
	{"strncmp", 5, 17},
	{"get_func_arg", 5, 17},
	{"get_func_ret", 5, 17},
	{"get_func_arg_cnt", 5, 17},
	{"get_retval", 5, 18},
	{"set_retval", 5, 18},
	{"xdp_get_buff_len", 5, 18},
	{"xdp_load_bytes", 5, 18},
	{"xdp_store_bytes", 5, 18},
	{"copy_from_user_task", 5, 18},
	{"skb_set_tstamp", 5, 18},
	{"ima_file_hash", 5, 18},
	{"kptr_xchg", 5, 19},
	{"map_lookup_percpu_elem", 5, 19},
	{"skc_to_mptcp_sock", 5, 19},
	{"dynptr_from_mem", 5, 19},
	{"ringbuf_reserve_dynptr", 5, 19},
	{"ringbuf_submit_dynptr", 5, 19},
	{"ringbuf_discard_dynptr", 5, 19},
	{"dynptr_read", 5, 19},
	{"dynptr_write", 5, 19},
	{"dynptr_data", 5, 19},
	{"tcp_raw_gen_syncookie_ipv4", 6, 0},
	{"tcp_raw_gen_syncookie_ipv6", 6, 0},
	{"tcp_raw_check_syncookie_ipv4", 6, 0},
	{"tcp_raw_check_syncookie_ipv6", 6, 0},
	{"ktime_get_tai_ns", 6, 1},
	{"user_ringbuf_drain", 6, 1},
	{"cgrp_storage_get", 6, 2},
	{"cgrp_storage_delete", 6, 2},
};

/* By number, from 1 on: BPF_MAP_TYPE_*. */
static const struct known_feature map_types[] = {
	{"HASH", 3, 19},
	{"ARRAY", 3, 19},
	{"PROG_ARRAY", 4, 2},
	{"PERF_EVENT_ARRAY", 4, 3},
	{"PERCPU_HASH", 4, 6},
	{"PERCPU_ARRAY", 4, 6},
	{"STACK_TRACE", 4, 6},
	{"CGROUP_ARRAY", 4, 8},
	{"LRU_HASH", 4, 10},
	{"LRU_PERCPU_HASH", 4, 10},
	{"LPM_TRIE", 4, 11},
	{"ARRAY_OF_MAPS", 4, 12},
	{"HASH_OF_MAPS", 4, 12},
	{"DEVMAP", 4, 14},
	{"SOCKMAP", 4, 14},
	{"CPUMAP", 4, 15},
	{"XSKMAP", 4, 18},
	{"SOCKHASH", 4, 18},
	{"CGROUP_STORAGE", 4, 19},
	{"REUSEPORT_SOCKARRAY", 4, 19},
	{"PERCPU_CGROUP_STORAGE", 4, 20},
	{"QUEUE", 4, 20},
	{"STACK", 4, 20},
	{"SK_STORAGE", 5, 2},
	{"DEVMAP_HASH", 5, 4},
	{"STRUCT_OPS", 5, 6},
	{"RINGBUF", 5, 8},
	{"INODE_STORAGE", 5, 10},
	{"TASK_STORAGE", 5, 11},
	{"BLOOM_FILTER", 5, 16},
	{"USER_RINGBUF", 6, 1},
	{"CGRP_STORAGE", 6, 2},
	{"ARENA", 6, 9},
};

/* BPF_PROG_TYPE_*. */
static const struct known_feature program_types[] = {
	{"SOCKET_FILTER", 3, 19},
	{"KPROBE", 4, 1},
	{"SCHED_CLS", 4, 1},
	{"SCHED_ACT", 4, 1},
	{"TRACEPOINT", 4, 7},
	{"XDP", 4, 8},
	{"PERF_EVENT", 4, 9},
	{"CGROUP_SKB", 4, 10},
	{"CGROUP_SOCK", 4, 10},
	{"LWT_IN", 4, 10},
	{"LWT_OUT", 4, 10},
	{"LWT_XMIT", 4, 10},
	{"SOCK_OPS", 4, 13},
	{"SK_SKB", 4, 14},
	{"CGROUP_DEVICE", 4, 15},
	{"SK_MSG", 4, 17},
	{"RAW_TRACEPOINT", 4, 17},
	{"CGROUP_SOCK_ADDR", 4, 17},
	{"LWT_SEG6LOCAL", 4, 18},
	{"LIRC_MODE2", 4, 18},
	{"SK_REUSEPORT", 4, 19},
	{"FLOW_DISSECTOR", 4, 20},
	{"CGROUP_SYSCTL", 5, 2},
	{"RAW_TRACEPOINT_WRITABLE", 5, 2},
	{"CGROUP_SOCKOPT", 5, 3},
	{"TRACING", 5, 5},
	{"STRUCT_OPS", 5, 6},
	{"EXT", 5, 6},
	{"LSM", 5, 7},
	{"SK_LOOKUP", 5, 9},
	{"SYSCALL", 5, 14},
	{"NETFILTER", 6, 4},
};

/* BPF_* of enum bpf_attach_type, those that a section name can ask for and that came after 5.4. */
static const struct known_feature attach_types[] = {
	{"TRACE_RAW_TP", 5, 5},
	{"TRACE_FENTRY", 5, 5},
	{"TRACE_FEXIT", 5, 5},
	{"MODIFY_RETURN", 5, 7},
	{"LSM_MAC", 5, 7},
	{"TRACE_ITER", 5, 8},
	{"XDP_DEVMAP", 5, 8},
	{"CGROUP_INET4_GETPEERNAME", 5, 8},
	{"CGROUP_INET6_GETPEERNAME", 5, 8},
	{"CGROUP_INET4_GETSOCKNAME", 5, 8},
	{"CGROUP_INET6_GETSOCKNAME", 5, 8},
	{"SK_LOOKUP", 5, 9},
	{"XDP_CPUMAP", 5, 9},
	{"CGROUP_INET_SOCK_RELEASE", 5, 9},
	{"SK_SKB_VERDICT", 5, 13},
	{"SK_REUSEPORT_SELECT", 5, 14},
	{"SK_REUSEPORT_SELECT_OR_MIGRATE", 5, 14},
	{"TRACE_KPROBE_MULTI", 5, 18},
	{"LSM_CGROUP", 6, 0},
	{"NETFILTER", 6, 4},
	{"TCX_INGRESS", 6, 6},
	{"TCX_EGRESS", 6, 6},
	{"TRACE_UPROBE_MULTI", 6, 6},
	{"CGROUP_UNIX_CONNECT", 6, 7},
	{"CGROUP_UNIX_SENDMSG", 6, 7},
	{"CGROUP_UNIX_RECVMSG", 6, 7},
	{"NETKIT_PRIMARY", 6, 7},
	{"NETKIT_PEER", 6, 7},
	{"TRACE_KPROBE_SESSION", 6, 10},
	{"TRACE_UPROBE_SESSION", 6, 13},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const char *feature_helper_name(int32_t number)
{
	return number > 0 && (size_t)number <= COUNT(helpers) ? helpers[number - 1].name : NULL;
}

const char *feature_map_type_name(uint32_t number)
{
	return number > 0 && number <= COUNT(map_types) ? map_types[number - 1].name : NULL;
}

static const struct known_feature *find_in(const struct known_feature *table, size_t count,
					   const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

bool feature_since(enum feature_kind kind, const char *name, int *ret_major, int *ret_minor)
{
	const struct known_feature *found = NULL;

	switch (kind) {
	case FEATURE_HELPER:
		found = find_in(helpers, COUNT(helpers), name);
		break;
	case FEATURE_MAP_TYPE:
		found = find_in(map_types, COUNT(map_types), name);
		break;
	case FEATURE_PROGRAM_TYPE:
		found = find_in(program_types, COUNT(program_types), name);
		break;
	case FEATURE_ATTACH_TYPE:
		found = find_in(attach_types, COUNT(attach_types), name);
		break;
	default:
		break;
	}
	if (!found)
		return false;
	*ret_major = found->major;
	*ret_minor = found->minor;
	return true;
}
