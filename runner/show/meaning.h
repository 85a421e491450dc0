/* SPDX-License-Identifier: MIT */
/*
 * What a number means beyond its C type: declared in the BPF program by a declaration tag that
 * begins with "corebtf:" (corebtf_tags.bpf.h has the macros).
 */
#ifndef COREBTF_RUNNER_MEANING_H
#define COREBTF_RUNNER_MEANING_H

#include <stddef.h>

enum meaning {
	MEANING_NONE,
	MEANING_TIME,	   /* ns of CLOCK_MONOTONIC, bpf_ktime_get_ns() */
	MEANING_BOOT_TIME, /* ns of CLOCK_BOOTTIME, bpf_ktime_get_boot_ns() */
	MEANING_DURATION,  /* ns */
	MEANING_IP,	   /* 4 or 16 bytes, in network order */
	MEANING_PORT,	   /* in network order */
	MEANING_UID,
	MEANING_ERRNO, /* 0 or more: a result; less: -errno */
	MEANING_SIZE,  /* bytes */
	MEANING_HEX,
	MEANING_TEXT, /* bytes that hold text, though they are not char */
	MEANING_KERNEL_ADDRESS
};

/* The meaning that @tag names, and what follows it after another colon ("" if nothing):
 * "corebtf:ip:family". */
enum meaning meaning_find(const char *tag, const char **ret_argument);

#endif
