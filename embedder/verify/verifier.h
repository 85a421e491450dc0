/* SPDX-License-Identifier: MIT */
/*
 * Compares the answers of one kernel's full types and of its trimmed BTF in a bundle to every
 * request. A verifier holds the scratch memory of one thread.
 */
#ifndef COREBTF_VERIFY_VERIFIER_H
#define COREBTF_VERIFY_VERIFIER_H

#include "embedder/verify/answer_list.h"

struct verifier {
	struct resolver full, trimmed;
	struct answer_list full_answers, trimmed_answers;
};

/* 0 or -ENOMEM. @requests is only read and must outlive the verifier. */
int verifier_init(struct verifier *verifier, const struct request_set *requests);
void verifier_free(struct verifier *verifier);

/*
 * Compares. @differ is called for each request that differs; it may be NULL.
 * @full: the kernel's types. @trimmed: those that the bundle has for it.
 * @ret_differences: how many requests differ.
 * Errors: -EBADMSG, -EOPNOTSUPP, -ENOMEM; @why says which of the two and what.
 */
int verifier_run(struct verifier *verifier, struct type_source *full, struct type_source *trimmed,
		 answer_list_differ_fn differ, void *context, size_t *ret_differences,
		 struct reason *why);

#endif
