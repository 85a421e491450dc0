/* SPDX-License-Identifier: MIT */
/*
 * Which type the events of a ring buffer or a perf buffer have. BPF maps of these kinds carry
 * bytes, so the program, or its user, has to say it.
 */
#ifndef COREBTF_RUNNER_EVENT_TYPE_H
#define COREBTF_RUNNER_EVENT_TYPE_H

#include <stdint.h>

#include "runtime/util/reason.h"

struct bpf_map;
struct btf;
struct bpf_object;

/*
 * Call it between opening and loading @object: loading forgets what the map says. The first of
 *
 *	@chosen, a name as users write it: "event", "struct event"; NULL: none;
 *	__type(value, struct event) of the map;
 *	a global pointer `const struct event *unused_MAP`, then `*unused`, or another name that
 *begins with "unused" if all of them point to the same type.
 *
 * 0: *@ret_type is the type's id in the object's BTF, or 0 if nobody says it, and then @why says
 *what to do. -ENOENT: @chosen is not in the BTF. -ENODATA: the object has no BTF.
 */
int event_type_find(const struct bpf_object *object, const struct bpf_map *map, const char *chosen,
		    uint32_t *ret_type, struct reason *why);

/* The type that is called @name in @btf, as the user's choice above. -ENOENT: it has none. */
int event_type_find_name(const struct btf *btf, const char *name, uint32_t *ret_type,
			 struct reason *why);

/*
 * The kernel refuses a ring buffer with a value type, since nothing ever looks it up (libbpf passes
 * the size on; seen with 1.1 and Linux 6.18). Call it after event_type_find() and before loading.
 * 0 or libbpf's -errno; maps of other kinds are left alone.
 */
int event_type_release(struct bpf_map *map);

#endif
