/* SPDX-License-Identifier: MIT */
/*
 * Attached programs. All of them are detached by links_free().
 */
#ifndef COREBTF_RUNNER_LINKS_H
#define COREBTF_RUNNER_LINKS_H

#include <bpf/libbpf.h>
#include <stddef.h>

#include "runtime/util/reason.h"
#include "runner/attach/target.h"

struct tc_link {
	int interface;
	enum bpf_tc_attach_point point;
	__u32 handle, priority;
	bool made_hook; /* the queueing discipline is ours */
};

struct links {
	struct bpf_link **list;
	size_t count, capacity;
	struct tc_link *tc;
	size_t tc_count, tc_capacity;
};

/* Attaches a loaded program. Errors: those of libbpf; @why has what and why. */
int links_attach(struct links *links, const struct bpf_program *program,
		 const struct target *target, const struct settings *settings, struct reason *why);
void links_free(struct links *links); /* for _cleanup_ */

#endif
