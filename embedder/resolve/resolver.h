/* SPDX-License-Identifier: MIT */
/*
 * All requests against the types of one kernel: the answers, what they depend on, and a verdict for
 * each request.
 */
#ifndef COREBTF_RESOLVE_RESOLVER_H
#define COREBTF_RESOLVE_RESOLVER_H

#include "embedder/relo/request_set.h"
#include "embedder/resolve/answer.h"
#include "embedder/resolve/candidates.h"
#include "embedder/resolve/marks.h"
#include "embedder/resolve/verdict.h"

/* Callbacks of a run. Members may be NULL; a negative result ends the run. */
struct resolver_visitor {
	/* The marks of one candidate's answer, if there are any. Requests for one field that
	 * differ only in kind share their marks; the callback gets them once. */
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
	const struct type_source *source;
	/* The answers of all candidates to the requests of one path, which differ only in kind. */
	struct answer *answers;
	size_t answer_capacity;
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

#endif
