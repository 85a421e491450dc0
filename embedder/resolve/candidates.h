/* SPDX-License-Identifier: MIT */
/*
 * The candidates of each root of the request set: a kernel's types with the same essential name
 * and kind (libbpf: bpf_core_add_cands). All roots are searched for in one pass over raw BTF.
 * Modules' types are candidates only where the kernel itself has none (bpf_core_find_cands).
 */
#ifndef COREBTF_RESOLVE_CANDIDATES_H
#define COREBTF_RESOLVE_CANDIDATES_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/relo/request_set.h"
#include "runtime/types/type_source.h"

struct candidates {
	/* Made once from the request set. */
	const struct request_set *set;
	struct wanted_types wanted;
	struct wanted_name *names; /* wanted.names */
	uint32_t *slots; /* hash of essential name -> first root of that name + 1, 0: free */
	uint32_t *next;	 /* by root: another root of the same name + 1, 0: none */
	uint32_t slot_mask;

	/* Of sources with the same ids: by id, the first root of its name + 2; 1: none has it; 0:
	 * not looked for yet. */
	uint32_t *root_of_id;
	uint64_t family; /* of the sources (struct type_versions) */

	/* Of the last source searched. */
	struct candidate {
		uint32_t root, id;
	} * found; /* in ascending order of ids */
	size_t found_count, found_capacity;
	bool *in_kernel; /* by root: whether the kernel itself, without its modules, has one */
	uint32_t *first; /* by root: its first place in ids; one more at the end */
	uint32_t *ids;	 /* grouped by root, ascending */
	size_t ids_capacity;
	uint32_t long_id;      /* the first INT with one of the names of `long`; 0: none */
	uint32_t pointer_size; /* bytes; what libbpf takes from that type */
};

/* 0 or -ENOMEM. The set must outlive the candidates. */
int candidates_init(struct candidates *candidates, const struct request_set *set);
void candidates_free(struct candidates *candidates);

/* Searches a source and fills the lists. Errors: those of type_source.find. */
int candidates_find(struct candidates *candidates, struct type_source *source, struct reason *why);

/* Of the source searched last, which has no modules' types: whether a root asks for this kind and
 * name, and there is no candidate. */
bool candidates_lack(const struct candidates *candidates, uint32_t kind, const char *name);

/* The same for all roots: whether there is one without a candidate, and their kinds and names
 * (without the list of names). */
bool candidates_want_modules(const struct candidates *candidates, struct wanted_types *ret_wanted);

/*
 * Whether libbpf must not find type @id of the source searched last by its name: it is a module's,
 * a root asks for that name, and the kernel itself has a type of it.
 */
bool candidates_hide(const struct candidates *candidates, const struct type_view *types,
		     uint32_t id);

static inline const uint32_t *candidates_of(const struct candidates *candidates, uint32_t root,
					    size_t *ret_count)
{
	*ret_count = candidates->first[root + 1] - candidates->first[root];
	return candidates->ids + candidates->first[root];
}

#endif
