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

#endif
