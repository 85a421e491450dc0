/* SPDX-License-Identifier: MIT */
/*
 * All programs of all BPF objects, attached. Of an object only one link for each program
 * is kept: the kernel keeps the program while the link is open, and its maps with it. The rest
 * (libbpf's view of the object, the BTF) is closed as soon as all are attached.
 */
#ifndef BTFD_PROGRAM_SET_H
#define BTFD_PROGRAM_SET_H

#include <stddef.h>

#include "event_stream.h"
#include "object_list.h"
#include "reason.h"

struct program_set {
	struct bpf_link **links;
	size_t count;	/* of links */
	size_t objects; /* that they are from */
};

/*
 * Loads the objects, all of them with one BTF, and attaches their programs to write into @stream.
 * On failure nothing stays attached. Everything is loaded before anything is attached, because
 * loading takes time and may fail. @stream is drained between the steps.
 *
 * @btf_path: for libbpf's btf_custom_path; NULL: the kernel's own.
 * Errors: those of libbpf; -EINVAL an object without a program, or whose map "events" is missing
 * or is no perf event array.
 */
int program_set_load(const struct object_list *objects, const char *btf_path,
		     struct event_stream *stream, struct program_set *ret_set,
		     struct reason *reason);

/* Detaches all programs. What they reported is in the stream. */
void program_set_unload(struct program_set *set);

/* Whether libbpf's messages go to standard error. Its first warning is part of the reason anyway.
 */
void program_set_verbose(bool verbose);

#endif
