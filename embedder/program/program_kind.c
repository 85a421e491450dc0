/* SPDX-License-Identifier: MIT */
#include "embedder/program/program_kind.h"

#include <stddef.h>
#include <string.h>

#define PLAIN true
#define TYPED false

#define KPROBE(section, attach, target)                                                            \
	{                                                                                          \
		section, "KPROBE", attach, target, false, PLAIN                                    \
	}
#define OWN_BTF(section, type, attach, target)                                                     \
	{                                                                                          \
		section, type, attach, target, true, TYPED                                         \
	}
#define OTHER(section, type, attach)                                                               \
	{                                                                                          \
		section, type, attach, PROGRAM_TARGET_NONE, false, TYPED                           \
	}

/* The longest section that fits is the one: "cgroup/skb" goes before "cgroup". */
static const struct program_kind kinds[] = {
	KPROBE("kprobe", "", PROGRAM_TARGET_FUNCTION),
	KPROBE("kretprobe", "", PROGRAM_TARGET_FUNCTION),
	KPROBE("kprobe.multi", "TRACE_KPROBE_MULTI", PROGRAM_TARGET_FUNCTION),
	KPROBE("kretprobe.multi", "TRACE_KPROBE_MULTI", PROGRAM_TARGET_FUNCTION),
	KPROBE("kprobe.session", "TRACE_KPROBE_SESSION", PROGRAM_TARGET_FUNCTION),
	KPROBE("ksyscall", "", PROGRAM_TARGET_NONE),
	KPROBE("kretsyscall", "", PROGRAM_TARGET_NONE),
	KPROBE("uprobe", "", PROGRAM_TARGET_NONE),
	KPROBE("uprobe.s", "", PROGRAM_TARGET_NONE),
	KPROBE("uretprobe", "", PROGRAM_TARGET_NONE),
	KPROBE("uretprobe.s", "", PROGRAM_TARGET_NONE),
	KPROBE("uprobe.multi", "TRACE_UPROBE_MULTI", PROGRAM_TARGET_NONE),
	KPROBE("uprobe.multi.s", "TRACE_UPROBE_MULTI", PROGRAM_TARGET_NONE),
	KPROBE("uretprobe.multi", "TRACE_UPROBE_MULTI", PROGRAM_TARGET_NONE),
	KPROBE("uretprobe.multi.s", "TRACE_UPROBE_MULTI", PROGRAM_TARGET_NONE),
	KPROBE("uprobe.session", "TRACE_UPROBE_SESSION", PROGRAM_TARGET_NONE),
	KPROBE("uprobe.session.s", "TRACE_UPROBE_SESSION", PROGRAM_TARGET_NONE),
	KPROBE("usdt", "", PROGRAM_TARGET_NONE),
	KPROBE("usdt.s", "", PROGRAM_TARGET_NONE),
	{"tracepoint", "TRACEPOINT", "", PROGRAM_TARGET_TRACEPOINT, false, PLAIN},
	{"tp", "TRACEPOINT", "", PROGRAM_TARGET_TRACEPOINT, false, PLAIN},
	{"raw_tracepoint", "RAW_TRACEPOINT", "", PROGRAM_TARGET_RAW_TRACEPOINT, false, PLAIN},
	{"raw_tp", "RAW_TRACEPOINT", "", PROGRAM_TARGET_RAW_TRACEPOINT, false, PLAIN},
	{"raw_tracepoint.w", "RAW_TRACEPOINT_WRITABLE", "", PROGRAM_TARGET_RAW_TRACEPOINT, false,
	 TYPED},
	{"raw_tp.w", "RAW_TRACEPOINT_WRITABLE", "", PROGRAM_TARGET_RAW_TRACEPOINT, false, TYPED},
	{"perf_event", "PERF_EVENT", "", PROGRAM_TARGET_NONE, false, PLAIN},
	OWN_BTF("tp_btf", "TRACING", "TRACE_RAW_TP", PROGRAM_TARGET_TYPED_TRACEPOINT),
	OWN_BTF("fentry", "TRACING", "TRACE_FENTRY", PROGRAM_TARGET_TYPED_FUNCTION),
	OWN_BTF("fentry.s", "TRACING", "TRACE_FENTRY", PROGRAM_TARGET_TYPED_FUNCTION),
	OWN_BTF("fexit", "TRACING", "TRACE_FEXIT", PROGRAM_TARGET_TYPED_FUNCTION),
	OWN_BTF("fexit.s", "TRACING", "TRACE_FEXIT", PROGRAM_TARGET_TYPED_FUNCTION),
	OWN_BTF("fmod_ret", "TRACING", "MODIFY_RETURN", PROGRAM_TARGET_TYPED_FUNCTION),
	OWN_BTF("fmod_ret.s", "TRACING", "MODIFY_RETURN", PROGRAM_TARGET_TYPED_FUNCTION),
	OWN_BTF("iter", "TRACING", "TRACE_ITER", PROGRAM_TARGET_ITERATOR),
	OWN_BTF("iter.s", "TRACING", "TRACE_ITER", PROGRAM_TARGET_ITERATOR),
	OWN_BTF("lsm", "LSM", "LSM_MAC", PROGRAM_TARGET_LSM),
	OWN_BTF("lsm.s", "LSM", "LSM_MAC", PROGRAM_TARGET_LSM),
	OWN_BTF("lsm_cgroup", "LSM", "LSM_CGROUP", PROGRAM_TARGET_LSM),
	OWN_BTF("struct_ops", "STRUCT_OPS", "", PROGRAM_TARGET_STRUCT),
	OWN_BTF("struct_ops.s", "STRUCT_OPS", "", PROGRAM_TARGET_STRUCT),
	OTHER("freplace", "EXT", ""),
	OTHER("syscall", "SYSCALL", ""),
	OTHER("socket", "SOCKET_FILTER", ""),
	OTHER("sk_reuseport", "SK_REUSEPORT", "SK_REUSEPORT_SELECT"),
	OTHER("sk_reuseport/migrate", "SK_REUSEPORT", "SK_REUSEPORT_SELECT_OR_MIGRATE"),
	OTHER("tc", "SCHED_CLS", ""),
	OTHER("classifier", "SCHED_CLS", ""),
	OTHER("action", "SCHED_ACT", ""),
	OTHER("tcx/ingress", "SCHED_CLS", "TCX_INGRESS"),
	OTHER("tcx/egress", "SCHED_CLS", "TCX_EGRESS"),
	OTHER("netkit/primary", "SCHED_CLS", "NETKIT_PRIMARY"),
	OTHER("netkit/peer", "SCHED_CLS", "NETKIT_PEER"),
	OTHER("xdp", "XDP", ""),
	OTHER("xdp.frags", "XDP", ""),
	OTHER("xdp/devmap", "XDP", "XDP_DEVMAP"),
	OTHER("xdp.frags/devmap", "XDP", "XDP_DEVMAP"),
	OTHER("xdp/cpumap", "XDP", "XDP_CPUMAP"),
	OTHER("xdp.frags/cpumap", "XDP", "XDP_CPUMAP"),
	OTHER("lwt_in", "LWT_IN", ""),
	OTHER("lwt_out", "LWT_OUT", ""),
	OTHER("lwt_xmit", "LWT_XMIT", ""),
	OTHER("lwt_seg6local", "LWT_SEG6LOCAL", ""),
	OTHER("sockops", "SOCK_OPS", "CGROUP_SOCK_OPS"),
	OTHER("sk_skb", "SK_SKB", ""),
	OTHER("sk_skb/stream_parser", "SK_SKB", "SK_SKB_STREAM_PARSER"),
	OTHER("sk_skb/stream_verdict", "SK_SKB", "SK_SKB_STREAM_VERDICT"),
	OTHER("sk_skb/verdict", "SK_SKB", "SK_SKB_VERDICT"),
	OTHER("sk_msg", "SK_MSG", "SK_MSG_VERDICT"),
	OTHER("sk_lookup", "SK_LOOKUP", "SK_LOOKUP"),
	OTHER("lirc_mode2", "LIRC_MODE2", "LIRC_MODE2"),
	OTHER("flow_dissector", "FLOW_DISSECTOR", "FLOW_DISSECTOR"),
	OTHER("netfilter", "NETFILTER", "NETFILTER"),
	OTHER("cgroup/skb", "CGROUP_SKB", ""),
	OTHER("cgroup_skb/ingress", "CGROUP_SKB", "CGROUP_INET_INGRESS"),
	OTHER("cgroup_skb/egress", "CGROUP_SKB", "CGROUP_INET_EGRESS"),
	OTHER("cgroup/sock", "CGROUP_SOCK", "CGROUP_INET_SOCK_CREATE"),
	OTHER("cgroup/sock_create", "CGROUP_SOCK", "CGROUP_INET_SOCK_CREATE"),
	OTHER("cgroup/sock_release", "CGROUP_SOCK", "CGROUP_INET_SOCK_RELEASE"),
	OTHER("cgroup/post_bind4", "CGROUP_SOCK", "CGROUP_INET4_POST_BIND"),
	OTHER("cgroup/post_bind6", "CGROUP_SOCK", "CGROUP_INET6_POST_BIND"),
	OTHER("cgroup/bind4", "CGROUP_SOCK_ADDR", "CGROUP_INET4_BIND"),
	OTHER("cgroup/bind6", "CGROUP_SOCK_ADDR", "CGROUP_INET6_BIND"),
	OTHER("cgroup/connect4", "CGROUP_SOCK_ADDR", "CGROUP_INET4_CONNECT"),
	OTHER("cgroup/connect6", "CGROUP_SOCK_ADDR", "CGROUP_INET6_CONNECT"),
	OTHER("cgroup/connect_unix", "CGROUP_SOCK_ADDR", "CGROUP_UNIX_CONNECT"),
	OTHER("cgroup/sendmsg4", "CGROUP_SOCK_ADDR", "CGROUP_UDP4_SENDMSG"),
	OTHER("cgroup/sendmsg6", "CGROUP_SOCK_ADDR", "CGROUP_UDP6_SENDMSG"),
	OTHER("cgroup/sendmsg_unix", "CGROUP_SOCK_ADDR", "CGROUP_UNIX_SENDMSG"),
	OTHER("cgroup/recvmsg4", "CGROUP_SOCK_ADDR", "CGROUP_UDP4_RECVMSG"),
	OTHER("cgroup/recvmsg6", "CGROUP_SOCK_ADDR", "CGROUP_UDP6_RECVMSG"),
	OTHER("cgroup/recvmsg_unix", "CGROUP_SOCK_ADDR", "CGROUP_UNIX_RECVMSG"),
	OTHER("cgroup/getpeername4", "CGROUP_SOCK_ADDR", "CGROUP_INET4_GETPEERNAME"),
	OTHER("cgroup/getpeername6", "CGROUP_SOCK_ADDR", "CGROUP_INET6_GETPEERNAME"),
	OTHER("cgroup/getsockname4", "CGROUP_SOCK_ADDR", "CGROUP_INET4_GETSOCKNAME"),
	OTHER("cgroup/getsockname6", "CGROUP_SOCK_ADDR", "CGROUP_INET6_GETSOCKNAME"),
	OTHER("cgroup/sysctl", "CGROUP_SYSCTL", "CGROUP_SYSCTL"),
	OTHER("cgroup/getsockopt", "CGROUP_SOCKOPT", "CGROUP_GETSOCKOPT"),
	OTHER("cgroup/setsockopt", "CGROUP_SOCKOPT", "CGROUP_SETSOCKOPT"),
	OTHER("cgroup/dev", "CGROUP_DEVICE", "CGROUP_DEVICE"),
};

static const struct program_kind unknown = {"", "", "", PROGRAM_TARGET_NONE, false, TYPED};

const struct program_kind *program_kind_find(const char *section)
{
	const struct program_kind *found = &unknown;
	size_t longest = 0;

	/* libbpf reads "?kprobe/f" as "kprobe/f", not loaded by default. */
	section += *section == '?';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i].section);

		if (length <= longest || strncmp(section, kinds[i].section, length) != 0 ||
		    (section[length] && section[length] != '/'))
			continue;
		found = &kinds[i];
		longest = length;
	}
	return found;
}

const char *program_kind_target(const struct program_kind *kind, const char *section)
{
	section += *section == '?';
	section += strlen(kind->section);
	return *kind->section && *section == '/' ? section + 1 : "";
}
