/* SPDX-License-Identifier: MIT */
/*
 * For tool_originals.sh: how the events of some of bcc's tools lie in memory (libbpf-tools 0.26).
 * Their objects' BTFs do not say it, as no map has such a type. A tool takes types from all of its
 * objects, also from one without programs.
 */
#include <linux/types.h>
#include <corebtf_tags.bpf.h>

struct opened {
	__u64 time;
	__s32 pid;
	__u32 uid;
	__s32 ret, flags;
	__u64 callers[2];
	char comm[16], path[255];
};

struct ended {
	__u64 start, end;
	__u32 pid, tid, ppid, signal;
	__s32 code;
	char comm[16];
};

struct statted {
	__u64 time;
	__u32 pid;
	__s32 ret;
	char comm[16], path[255];
};

struct tcp_state {
	__u8 source[16] COREBTF_IP_OF(family), target[16] COREBTF_IP_OF(family);
	__u64 socket, time, delta;
	__u32 pid;
	__s32 before, after;
	__u16 family, source_port, target_port;
	char comm[16];
};

struct tcp_life {
	__u8 source[16] COREBTF_IP_OF(family), target[16] COREBTF_IP_OF(family);
	__u64 time, span, received, sent;
	__u32 pid;
	__u16 source_port, target_port, family;
	char comm[16];
};

const struct opened *opened;
const struct ended *ended;
const struct statted *statted;
const struct tcp_state *tcp_state;
const struct tcp_life *tcp_life;
