/* SPDX-License-Identifier: MIT */
/*
 * corebtf_tags.bpf.h - what the fields, options and maps of a BPF program mean, for `corebtf tool`
 * and `corebtf run`
 *
 *	struct event {
 *		__u64 time COREBTF_TIME;
 *		__u32 pid;
 *		__u16 port COREBTF_PORT;
 *		char comm[16];
 *	};
 *
 * The tags are BTF's declaration tags (clang 14 and newer; elsewhere they are empty). They change
 * nothing in the program. In JSON a number stays a number unless a line below says otherwise.
 */
#ifndef COREBTF_TAGS_BPF_H
#define COREBTF_TAGS_BPF_H

#if defined(__clang__) && __has_attribute(btf_decl_tag)
#define COREBTF_TAG(text) __attribute__((btf_decl_tag("corebtf:" text)))
#else
#define COREBTF_TAG(text)
#endif

/* Of members (or of a typedef: all members of that type). */
#define COREBTF_TIME                                                                               \
	COREBTF_TAG("time") /* bpf_ktime_get_ns(): the time of day; JSON: text, UTC                \
			     */
#define COREBTF_BOOT_TIME COREBTF_TAG("boot_time") /* the same of bpf_ktime_get_boot_ns() */
#define COREBTF_DURATION  COREBTF_TAG("duration")  /* nanoseconds: 1.234ms */
#define COREBTF_IP	  COREBTF_TAG("ip") /* 4 or 16 bytes in network order: an address; JSON: text */
/* 16 bytes, of which the first 4 are an IPv4 address where @member of the same struct is AF_INET */
#define COREBTF_IP_OF(member) COREBTF_TAG("ip:" #member)
#define COREBTF_PORT	      COREBTF_TAG("port")  /* 2 bytes in network order */
#define COREBTF_UID	      COREBTF_TAG("uid")   /* the user's name */
#define COREBTF_ERRNO	      COREBTF_TAG("errno") /* -2 is ENOENT, also in JSON */
#define COREBTF_SIZE	      COREBTF_TAG("size")  /* bytes: 1.4K */
#define COREBTF_HEX	      COREBTF_TAG("hex")  /* a number or bytes in hexadecimal; JSON: text */
#define COREBTF_TEXT	      COREBTF_TAG("text") /* bytes other than char that hold text */

/* An address in the kernel: its function, function+0x1f; JSON: text. */
#define COREBTF_KERNEL_ADDRESS COREBTF_TAG("kernel_address")

/* Of a global `const volatile` variable, which is an option of the tool: what --help says. */
#define COREBTF_HELP(text) COREBTF_TAG("help:" text)

/*
 * Of a map, after its section: how it is printed, at the end or every --interval.
 *
 *	struct {
 *		...
 *	} latencies SEC(".maps") COREBTF_LOG2("usecs");
 *
 * A histogram is an array of counts in the map's value (the member `slots`, or the first array of
 * integers), one histogram for each key; or the values themselves, whose keys are then the slots.
 */
#define COREBTF_TABLE	   COREBTF_TAG("table")
#define COREBTF_LOG2(unit) COREBTF_TAG("log2:" unit) /* slot n counts 2^n to 2^(n+1)-1 */
/* slot n counts from first + n * step on */
#define COREBTF_LINEAR(first, step, unit) COREBTF_TAG("linear:" #first ":" #step ":" unit)

/* Of a map, also beside one of the above: what `--metrics` serves. */
#define COREBTF_COUNTER COREBTF_TAG("counter") /* values that only grow */
#define COREBTF_GAUGE	COREBTF_TAG("gauge")   /* values that also fall */
#define COREBTF_HISTOGRAM                                                                          \
	COREBTF_TAG("histogram") /* what COREBTF_LOG2 or COREBTF_LINEAR describes */

#endif
