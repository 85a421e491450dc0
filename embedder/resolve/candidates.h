/* SPDX-License-Identifier: MIT */
/*
 * Which types of a kernel each root of the request set may mean: those with the same essential
 * name and kind (libbpf: bpf_core_add_cands). They are found while the kernel's types are scanned,
 * so that the BTF is gone through once, whatever the number of roots.
 */
#ifndef COREBTF_RESOLVE_CANDIDATES_H
#define COREBTF_RESOLVE_CANDIDATES_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/btf/btf_view.h"
#include "embedder/relo/request_set.h"

struct candidates {
	/* Made once from the request set. */
	const struct request_set *set;
	struct btf_view_filter filter;
	uint32_t *slots; /* hash of essential name -> first root of that name + 1, 0: free */
	uint32_t *next;	 /* by root: another root of the same name + 1, 0: none */
	uint32_t slot_mask;

	/* Of the kernel scanned last. */
	struct candidate {
		uint32_t root, id;
	} * found; /* in ascending order of ids */
	size_t found_count, found_capacity;
	uint32_t *first; /* by root: its first place in ids; one more at the end */
	uint32_t *ids;	 /* grouped by root, ascending */
	size_t ids_capacity;
	uint32_t long_id;      /* the first INT with one of the names of `long`; 0: none */
	uint32_t pointer_size; /* bytes; what libbpf takes from that type */
};

/* 0 or -ENOMEM. The set must outlive the candidates. */
int candidates_init(struct candidates *candidates, const struct request_set *set);
void candidates_free(struct candidates *candidates);

/* Scans the view's types (btf_view_scan) and fills the lists. */
int candidates_scan(struct candidates *candidates, struct btf_view *btf, struct reason *why);

static inline const uint32_t *candidates_of(const struct candidates *candidates, uint32_t root,
					    size_t *ret_count)
{
	*ret_count = candidates->first[root + 1] - candidates->first[root];
	return candidates->ids + candidates->first[root];
}

#endif
