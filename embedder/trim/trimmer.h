/* SPDX-License-Identifier: MIT */
/*
 * One kernel's full BTF in, the trimmed BTF out: what the requests of all objects touch, and
 * nothing else. A trimmer holds the scratch memory of one thread and serves any number of
 * kernels, one after the other.
 */
#ifndef COREBTF_TRIM_TRIMMER_H
#define COREBTF_TRIM_TRIMMER_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/relo/request_set.h"
#include "embedder/resolve/resolver.h"
#include "embedder/util/reason.h"

struct trimmer;

/* @requests is only read and must outlive the trimmer; several trimmers may share it. NULL when
 * there is no memory. */
struct trimmer *trimmer_new(const struct request_set *requests);
void trimmer_free(struct trimmer *trimmer);

struct trim_result {
	const void *btf; /* belongs to the trimmer until its next run */
	size_t size;
	uint32_t type_count;				    /* types in it, without void */
	uint32_t found, missing, absent, ambiguous, failed; /* requests, by outcome */
	const uint8_t *outcomes; /* enum request_outcome of each request, request_set's order */
};

/*
 * @btf: raw BTF of either byte order, aligned to 4 bytes. The result has the same byte order, a
 * 24-byte header and no layout section.
 * Errors: -EBADMSG damaged, -EOPNOTSUPP a kind of type that is needed is not known, -ENOMEM.
 * @why names the type.
 */
int trimmer_run(struct trimmer *trimmer, const void *btf, size_t size,
		struct trim_result *ret_result, struct reason *why);

#endif
