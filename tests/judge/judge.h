/* SPDX-License-Identifier: MIT */
/*
 * The judge: does libbpf relocate an object with a trimmed BTF as it does with the full one?
 *
 * libbpf itself relocates with each of the two BTFs, and the results are compared: result code,
 * value, poison, what it would check before patching. Type ids differ between the two BTFs, so
 * types are compared by content.
 *
 * libbpf drops candidates from one relocation to the next and skips programs that are not loaded,
 * so each object is judged many times:
 *   - each relocation alone, with all candidates and with each candidate alone
 *   - all relocations in the object's order, and backwards
 *   - each section alone
 *   - random subsets in random order, from a fixed seed
 */
#ifndef COREBTF_JUDGE_JUDGE_H
#define COREBTF_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/judge/judge_object.h"
#include "tests/judge/judge_side.h"

struct judge_counts {
	uint64_t objects, relocations; /* judged; a pair of BTFs and an object counts once */
	uint64_t questions;	       /* asked of libbpf, with both BTFs */
	uint64_t refused, poisoned;    /* of these, with the full BTF */
	uint64_t differences;
	/* In the object's own order with the full BTF. */
	bool loads;   /* no relocation of the last object was refused */
	bool poisons; /* one was poisoned */
};

/*
 * Compares one object on two BTFs; prints what differs, with @where before it.
 * @rounds: how many random subsets. 0 or -ENOMEM; differences are counted.
 */
int judge_compare(const struct judge_object *object, struct judge_side *full,
		  struct judge_side *trimmed, unsigned int rounds, const char *where,
		  struct judge_counts *counts);

/*
 * The same for two BTFs of one kernel that were made by different programs: they may have types in
 * another order, and equal candidates more or less often, so only the results are compared.
 */
int judge_results(const struct judge_object *object, struct judge_side *left,
		  struct judge_side *right, unsigned int rounds, const char *where,
		  struct judge_counts *counts);

/*
 * Trims the full BTF for each object alone and for all together, and compares. Both readings of
 * the full BTF have the same types: @data is what the trimmer gets, @full what libbpf reads.
 */
int judge_kernel(const struct judge_object *objects, size_t count, const void *data, size_t size,
		 struct judge_side *full, unsigned int rounds, const char *where,
		 struct judge_counts *counts);

/*
 * Compares our resolver's answers with libbpf's on the full BTF: which candidates match, the value
 * with each, and the outcome of the relocation (found, missing, absent, refused). Reads the BTF
 * once for each relocation: use it for small ones.
 */
int judge_outcomes(const struct judge_object *object, const void *data, size_t size,
		   struct judge_side *full, const char *where, struct judge_counts *counts);

/* A pseudo-random generator with the same numbers on every machine. */
static inline uint64_t judge_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

#endif
