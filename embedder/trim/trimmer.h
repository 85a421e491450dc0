/* SPDX-License-Identifier: MIT */
/*
 * The types of one kernel in, the trimmed BTF out: what the answers to the requests of all objects
 * depend on, and nothing else. A trimmer holds the scratch memory of one thread and serves any
 * number of kernels, one after the other.
 */
#ifndef COREBTF_TRIM_TRIMMER_H
#define COREBTF_TRIM_TRIMMER_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/relo/request_set.h"
#include "embedder/resolve/resolver.h"
#include "runtime/util/reason.h"

struct trimmer;

/* @requests is only read and must outlive the trimmer; several trimmers may share it. NULL when
 * there is no memory. */
struct trimmer *trimmer_new(const struct request_set *requests);
void trimmer_free(struct trimmer *trimmer);

struct trim_result {
	const void *btf; /* belongs to the trimmer until its next run */
	size_t size;
	uint32_t type_count; /* types in it, without void */
	/* Types of modules that are in it without their names, since the kernel has others of these
	 * names. If it is not 0, a request "type matches" may get another answer: compare. */
	uint32_t hidden_names;
	uint32_t outcomes[VERDICT_OUTCOMES]; /* requests, by outcome */
	/* Of each request, in the set's order; belong to the trimmer until its next run. */
	const struct verdict *verdicts;
};

/* Requests that get no usable answer: those that libbpf poisons or refuses. */
static inline uint32_t trim_result_unresolved(const struct trim_result *result)
{
	return result->outcomes[VERDICT_MISSING] + result->outcomes[VERDICT_AMBIGUOUS] +
	       result->outcomes[VERDICT_REFUSED];
}

/*
 * The result has the byte order of the source, a 24-byte header and no layout section.
 * Errors: -EBADMSG damaged types, -EOPNOTSUPP a kind of type that is needed is not known, -ENOMEM;
 * those of type_source.find. @why names the type.
 */
int trimmer_run(struct trimmer *trimmer, struct type_source *source, struct trim_result *ret_result,
		struct reason *why);

#endif
