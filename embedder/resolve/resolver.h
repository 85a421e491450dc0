/* SPDX-License-Identifier: MIT */
/*
 * All requests against one kernel's BTF: what became of each, and which parts of the BTF that
 * depends on.
 */
#ifndef COREBTF_RESOLVE_RESOLVER_H
#define COREBTF_RESOLVE_RESOLVER_H

#include "embedder/relo/request_set.h"
#include "embedder/resolve/candidates.h"
#include "embedder/resolve/target.h"

/* What became of one request on this kernel. */
enum request_outcome {
	REQUEST_FOUND,	   /* at least one candidate matches */
	REQUEST_MISSING,   /* none does; libbpf poisons the instruction */
	REQUEST_ABSENT,	   /* none does, and the program asks just that (exists, size, type id) */
	REQUEST_AMBIGUOUS, /* candidates disagree; libbpf refuses the program */
	REQUEST_FAILED, /* matching fails (too deep, sizes overflow); libbpf refuses the program */
};

/* What one candidate answers to one request. */
struct resolver_answer {
	uint32_t id;
	int result; /* TARGET_MATCH or TARGET_REFUSED; what does not match is no answer */
	struct target_match match;
	struct target_value value;
};

/* Told of each answer, requests in the set's order, candidates in ascending order of ids. A
 * negative result ends the run. */
typedef int (*resolver_answer_fn)(void *context, size_t request,
				  const struct resolver_answer *answer);

struct resolver {
	const struct request_set *set;
	struct candidates candidates;
	struct btf_view btf;
	struct touched touched;
	uint8_t *outcomes; /* enum request_outcome, by request */
	/* Candidates' answers to the requests of one path, which differ only in kind. */
	struct resolver_answer *answers;
	size_t answer_capacity;
};

/* 0 or -ENOMEM. The set is only read and must outlive the resolver. */
int resolver_init(struct resolver *resolver, const struct request_set *set);
void resolver_free(struct resolver *resolver);

/*
 * Resolves all requests on raw BTF at @data, which must stay until the next run.
 * @answer_fn: may be NULL.
 * Errors: -EBADMSG damaged, -EOPNOTSUPP a kind of type that is needed is not known, -ENOMEM.
 */
int resolver_run(struct resolver *resolver, const void *data, size_t size,
		 resolver_answer_fn answer_fn, void *context, struct reason *why);

#endif
