/* SPDX-License-Identifier: MIT */
/*
 * One of the two BTFs that are compared, full or trimmed, as libbpf reads it, and the candidates
 * that libbpf finds in it.
 */
#ifndef COREBTF_JUDGE_JUDGE_SIDE_H
#define COREBTF_JUDGE_JUDGE_SIDE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/judge/libbpf_relo.h"

struct candidate_list; /* of one name and kind */

struct judge_side {
	struct btf *btf;
	struct btf **modules; /* split BTFs over it, in the order in which they are searched */
	size_t module_count;
	struct candidate_list *lists; /* found so far, for all objects */
};

/* Reads raw BTF as libbpf 1.1 can: a longer header and a layout section are taken off first.
 * 0, or the negative errno value of libbpf. */
int judge_side_init(struct judge_side *side, const void *data, size_t size);
/* Adds a module's file (.ko). libbpf parses its split BTF. 0, or its negative errno value. */
int judge_side_add_module(struct judge_side *side, const char *path);
void judge_side_free(struct judge_side *side);

/* All candidates for local type @id; searched once for each name and kind. They belong to the side.
 * NULL: no memory. */
const struct libbpf_candidates *judge_side_candidates(struct judge_side *side,
						      const struct btf *local, uint32_t id);

#endif
