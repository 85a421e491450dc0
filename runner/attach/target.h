/* SPDX-License-Identifier: MIT */
/*
 * Where a program is to be attached: what its section name says, and the options for what a name
 * cannot say.
 */
#ifndef COREBTF_RUNNER_TARGET_H
#define COREBTF_RUNNER_TARGET_H

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "runner/options/settings.h"

enum target_way {
	TARGET_BY_NAME, /* as libbpf does, by the section's name */
	TARGET_TRACEPOINT,
	TARGET_RAW_TRACEPOINT,
	TARGET_KPROBE,
	TARGET_UPROBE,
	TARGET_USDT,
	TARGET_PERF_EVENT,
	TARGET_XDP,
	TARGET_TC,
	TARGET_CGROUP,
};

struct target {
	enum target_way way;
	bool at_return;	   /* of a kprobe or uprobe */
	bool is_egress;	   /* of TC */
	char kind[32];	   /* for people: "tracepoint" */
	char place[300];   /* "syscalls/sys_enter_openat"; "" when an option is missing */
	char missing[120]; /* "": nothing; else which option would say the place */
};

/* @settings must outlive nothing: what is needed is copied. */
void target_describe(const struct bpf_program *program, const struct settings *settings,
		     struct target *ret_target);

/*
 * Looks for it in the kernel without attaching. "" when it may be there, else what is missing.
 * Static or in @text.
 */
const char *target_problem(const struct bpf_program *program, const struct target *target,
			   char *text, size_t size);

#endif
