/* SPDX-License-Identifier: MIT */
/*
 * Digests of types, equal for equal types of different units. Nearly every unit of a kernel repeats
 * the same definitions, and the few that differ must be found: libbpf takes each as a candidate.
 *
 * A type's digest covers all that a relocation can read of it: kind, name, size, members, what they
 * contain by value, and so on down. Behind a pointer a struct or union with a name counts by its
 * name alone, as type_source.h describes; so definitions form no cycles, and a declaration in
 * one unit is equal to the definition in another.
 *
 * Two different types have the same digest with a probability of 2^-63 a pair.
 */
#ifndef COREBTF_DWARF_DWARF_DIGEST_H
#define COREBTF_DWARF_DWARF_DIGEST_H

#include "embedder/dwarf/dwarf_definitions.h"

#define DWARF_DIMENSIONS_MAX 32 /* of an array; C compilers allow more, kernels use 4 */

/* Whether the digest depends on a struct or union of which only a declaration was seen. Its
 * definition may be in a unit that comes later. */
#define DWARF_DIGEST_OPEN UINT64_C(1)

/* Starts zeroed, but for the first three. */
struct dwarf_digester {
	struct dwarf_units *units;
	struct dwarf_names *names;

	/* For declarations. NULL: not all are known yet, and digests may be DWARF_DIGEST_OPEN. */
	struct dwarf_definitions *definitions;

	/* Digests by place and depth; those of another generation are forgotten. */
	struct dwarf_known_digest {
		uint64_t key, digest;
		uint32_t generation;
	} * known;
	uint32_t known_mask, known_count, generation;
};

/* Error: -ENOMEM. */
int dwarf_digester_init(struct dwarf_digester *digester);

void dwarf_digester_free(struct dwarf_digester *digester);

/* Forgets all digests: called between units, most of whose digests are for themselves. */
void dwarf_digester_forget(struct dwarf_digester *digester);

/*
 * The digest of the type at @place; 0 (void) has one too. Errors: -EBADMSG damaged, or a type that
 * contains itself; -EOPNOTSUPP, -ENOMEM.
 */
int dwarf_digest(struct dwarf_digester *digester, uint64_t place, uint64_t *ret_digest,
		 struct reason *why);

/* The digest of what the first @level dimensions of the array at @place hold. Errors: as above. */
int dwarf_digest_row(struct dwarf_digester *digester, uint64_t place, uint32_t level,
		     uint64_t *ret_digest, struct reason *why);

/* The digest of the prototype of the function at @place. Errors: as above. */
int dwarf_digest_prototype(struct dwarf_digester *digester, uint64_t place, uint64_t *ret_digest,
			   struct reason *why);

#endif
