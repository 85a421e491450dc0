/* SPDX-License-Identifier: MIT */
#include "embedder/verify/verifier.h"

int verifier_init(struct verifier *verifier, const struct request_set *requests)
{
	int err;

	*verifier = (struct verifier){0};
	err = resolver_init(&verifier->full, requests);
	if (!err)
		err = resolver_init(&verifier->trimmed, requests);
	if (err)
		verifier_free(verifier);
	return err;
}

void verifier_free(struct verifier *verifier)
{
	resolver_free(&verifier->full);
	resolver_free(&verifier->trimmed);
	answer_list_free(&verifier->full_answers);
	answer_list_free(&verifier->trimmed_answers);
}

static int fill(struct answer_list *answers, struct resolver *resolver, struct type_source *source,
		const char *which, struct reason *why)
{
	struct reason inner = {""};
	int err = answer_list_fill(answers, resolver, source, &inner);

	return err ? reason_set(why, err, "%s BTF: %s", which, inner.text) : 0;
}

int verifier_run(struct verifier *verifier, struct type_source *full, struct type_source *trimmed,
		 answer_list_differ_fn differ, void *context, size_t *ret_differences,
		 struct reason *why)
{
	int err = fill(&verifier->full_answers, &verifier->full, full, "full", why);

	if (!err)
		err = fill(&verifier->trimmed_answers, &verifier->trimmed, trimmed, "trimmed", why);
	if (err)
		return err;
	*ret_differences = answer_list_compare(&verifier->full_answers, &verifier->trimmed_answers,
					       verifier->full.set->count, differ, context);
	return 0;
}
