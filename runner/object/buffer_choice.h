/* SPDX-License-Identifier: MIT */
/*
 * An object that was written with bpf_buffer.bpf.h sends its events through a ring buffer, or
 * through a perf buffer where the kernel has no ring buffers. User space decides before the load.
 */
#ifndef COREBTF_RUNNER_BUFFER_CHOICE_H
#define COREBTF_RUNNER_BUFFER_CHOICE_H

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "runtime/util/reason.h"

/* The map in which such an object counts its lost events, or NULL: it was not written so. */
struct bpf_map *buffer_choice_counts(const struct bpf_object *object);

/* Sets the type of the map `events` of such an object; leaves others as they are. @btf_path: what
 * libbpf is given, or NULL. Errors: those of bpf_buffer__new_opts(). */
int buffer_choice_make(struct bpf_object *object, const char *btf_path, struct reason *why);

#endif
