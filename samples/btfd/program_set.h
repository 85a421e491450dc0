/* SPDX-License-Identifier: MIT */
/*
 * All programs of all BPF objects, attached. What stays of an object is one link for each program:
 * the kernel keeps the program as long as the link is open, and its maps as long as the program.
 * The rest (libbpf's view of the object, the BTF) is closed as soon as the set stands.
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
	size_t objects; /* that they came from */
};

/*
 * Loads the objects, all of them with one BTF, and attaches their programs to write into @stream.
 * All or nothing: on failure nothing stays attached. First everything is loaded, then everything
 * attached, as loading is what takes time and what fails. @stream is drained between the steps.
 *
 * @btf_path: for libbpf's btf_custom_path; NULL: the kernel's own.
 * Errors: those of libbpf; -EINVAL an object without a program, or whose map "events" is missing
 * or is no perf event array.
 */
int program_set_load(const struct object_list *objects, const char *btf_path,
		     struct event_stream *stream, struct program_set *ret_set,
		     struct reason *reason);

/* Detaches all. What they have reported is in the stream. */
void program_set_unload(struct program_set *set);

/* Whether libbpf's messages go to standard error. Its first warning is kept for the reason anyway.
 */
void program_set_verbose(bool verbose);

#endif
