/* SPDX-License-Identifier: MIT */
/*
 * One kernel's full BTF and the trimmed one that a bundle has for it: do they answer every
 * request alike? A verifier holds the scratch memory of one thread.
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
 * Compares. @differ is told of each request that differs; it may be NULL.
 * @full is that of the kernel, @trimmed that of the bundle, both raw BTF aligned to 4.
 * @ret_differences: how many requests differ.
 * Errors: -EBADMSG, -EOPNOTSUPP, -ENOMEM; @why says which of the two BTFs and what.
 */
int verifier_run(struct verifier *verifier, const void *full, size_t full_size, const void *trimmed,
		 size_t trimmed_size, answer_list_differ_fn differ, void *context,
		 size_t *ret_differences, struct reason *why);

#endif
