/* SPDX-License-Identifier: MIT */
/*
 * All requests against the types of one kernel: the answers, what they depend on, and a verdict for
 * each request. Of kernels with the same ids (struct type_versions) each distinct question is
 * answered once.
 */
#ifndef COREBTF_RESOLVE_RESOLVER_H
#define COREBTF_RESOLVE_RESOLVER_H

#include "embedder/relo/request_set.h"
#include "embedder/resolve/answer_memo.h"
#include "embedder/resolve/candidates.h"
#include "embedder/resolve/path_answers.h"

/* Callbacks of a run. Members may be NULL; a negative result ends the run. */
struct resolver_visitor {
	/* The marks of a path's answers, if there are any: of all candidates, one after the other.
	 * Requests that differ only in kind share their marks; the callback gets them once. */
	int (*marks)(void *context, const struct mark *marks, size_t count);
	/* An answer that matched or was refused. Requests in the set's order, candidates in
	 * ascending order of ids. */
	int (*answer)(void *context, size_t request, const struct answer *answer);
	void *context;
};

/* Holds the scratch memory of one thread and serves any number of kernels, one after the other. */
struct resolver {
	const struct request_set *set;
	struct candidates candidates; /* of the source opened last */
	struct verdict *verdicts;     /* by request, of the last run */
	struct type_source *source;
	struct request_path *paths; /* of the set */
	size_t path_count;
	struct answer_memo memo;
	/* Of one path: what each candidate matched, and then the answers to each request. */
	struct answer *matches, *answers;
	size_t match_capacity, answer_capacity;
	struct mark_list marks;
};

/* 0 or -ENOMEM. The set is only read and must outlive the resolver. */
int resolver_init(struct resolver *resolver, const struct request_set *set);
void resolver_free(struct resolver *resolver);

/* Finds the candidates in @source, which must stay until the next one is opened. Errors: those of
 * type_source.find. */
int resolver_open(struct resolver *resolver, struct type_source *source, struct reason *why);

/*
 * Matches every request with every candidate. @visitor: NULL for the verdicts alone. Errors:
 * -EBADMSG damaged types, -ENOMEM, what the visitor returned.
 */
int resolver_run(struct resolver *resolver, const struct resolver_visitor *visitor,
		 struct reason *why);

/* Calls @visitor for the answers of the last run once more; only for a source with versions.
 * Returns what it returned. */
int resolver_visit(const struct resolver *resolver, const struct resolver_visitor *visitor);

/*
 * What the candidates and answers of the last run depend on: sources of one family for which the
 * key is the same, have the same ones. Another key_generation: keys mean something else. NULL: the
 * source has no versions.
 */
static inline const uint32_t *resolver_key(const struct resolver *resolver, size_t *ret_count,
					   uint64_t *ret_generation)
{
	*ret_count = answer_memo_key_count(&resolver->memo);
	*ret_generation = resolver->memo.generation;
	return resolver->source->versions ? resolver->memo.key : NULL;
}

#endif
