/* SPDX-License-Identifier: MIT */
/*
 * What libbpf does with one request on one kernel, from the answers of all its candidates.
 */
#ifndef COREBTF_RESOLVE_VERDICT_H
#define COREBTF_RESOLVE_VERDICT_H

#include <stdint.h>

enum verdict_outcome {
	VERDICT_FOUND,	   /* at least one candidate matches, and all that match agree */
	VERDICT_MISSING,   /* none matches; libbpf poisons the instruction */
	VERDICT_ABSENT,	   /* none matches, and the request is for that (exists, size, type id) */
	VERDICT_AMBIGUOUS, /* candidates disagree; libbpf refuses the object */
	VERDICT_REFUSED, /* matching fails (too deep, sizes overflow); libbpf refuses the object */
};
#define VERDICT_OUTCOMES 5

struct verdict {
	uint64_t value; /* FOUND: what libbpf writes into the instruction, in host byte order */
	enum verdict_outcome outcome;
	int refusal;	     /* REFUSED: the negative errno of libbpf */
	uint32_t candidates; /* types with the essential name and kind that is asked for */
	uint32_t matches;    /* of them, those that match */
	uint32_t reached;    /* steps of a field access that the best candidate has */
};

#endif
