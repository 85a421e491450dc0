/* SPDX-License-Identifier: MIT */
/*
 * The objects of a tool, opened, with the values of the command line in them, and loaded.
 *
 * A program that cannot work here is skipped while others remain: one that is optional
 * (SEC("?...")), and one that attaches by the kernel's own BTF where that has no such target, or
 * there is none.
 */
#ifndef COREBTF_RUNNER_LOADING_H
#define COREBTF_RUNNER_LOADING_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/util/reason.h"
#include "runner/object/event_types.h"
#include "runner/object/tool.h"
#include "runner/options/settings.h"
#include "runner/options/variable.h"

struct skipped_program {
	size_t object;
	char *name;
	char *why;
};

struct loading {
	const struct tool *tool;
	const struct settings *settings;
	const struct variables *variables;
	const char *btf_path; /* for libbpf; NULL: it finds the kernel's */
	bool kernel_has_btf;
	/* Called for each object between open and load; `restart` when all are opened anew. */
	int (*prepare)(void *context, struct bpf_object *object, struct reason *why);
	int (*restart)(void *context);
	void *context;
	struct bpf_object **objects; /* as many as the tool has; owned */
	struct event_types types;    /* of the events in their buffers */
	struct skipped_program *skipped;
	size_t skipped_count, skipped_capacity;
};

/* Opens one object and does nothing else with it; the caller closes it. NULL: @why says why. */
struct bpf_object *loading_open(const struct tool_object *object, const char *btf_path,
				struct reason *why);

/* Opens and loads all. The members above `objects` are set before. Errors: those of libbpf; @why
 * says what cannot be loaded, and libbpf_log_all() has what libbpf and the verifier said. */
int loading_run(struct loading *loading, struct reason *why);
void loading_free(struct loading *loading); /* for _cleanup_ */

/* Notes that a program does not run here. 0 or -ENOMEM. */
int loading_skip(struct loading *loading, size_t object, const char *program, const char *why);

/* Whether --program leaves it out. */
bool loading_is_wanted(const struct settings *settings, const struct bpf_program *program);

/* Whether it attaches to something that is found in the kernel's own BTF. */
bool loading_needs_kernel_btf(const struct bpf_program *program);

#endif
