/* SPDX-License-Identifier: MIT */
/*
 * In: one kernel's BTF. Out: the trimmed one, by way of what resolving touched.
 */
#include <stdlib.h>

#include "embedder/trim/btf_writer.h"
#include "embedder/trim/trimmer.h"

struct trimmer {
	struct resolver resolver;
	struct btf_writer writer;
};

struct trimmer *trimmer_new(const struct request_set *requests)
{
	struct trimmer *trimmer = calloc(1, sizeof(*trimmer));

	if (!trimmer)
		return NULL;
	if (resolver_init(&trimmer->resolver, requests)) {
		free(trimmer);
		return NULL;
	}
	return trimmer;
}

void trimmer_free(struct trimmer *trimmer)
{
	if (!trimmer)
		return;
	resolver_free(&trimmer->resolver);
	btf_writer_free(&trimmer->writer);
	free(trimmer);
}

static void count_outcomes(const struct resolver *resolver, struct trim_result *result)
{
	for (size_t i = 0; i < resolver->set->count; i++) {
		switch (resolver->outcomes[i]) {
		case REQUEST_FOUND:
			result->found++;
			break;
		case REQUEST_MISSING:
			result->missing++;
			break;
		case REQUEST_ABSENT:
			result->absent++;
			break;
		case REQUEST_AMBIGUOUS:
			result->ambiguous++;
			break;
		default:
			result->failed++;
			break;
		}
	}
}

int trimmer_run(struct trimmer *trimmer, const void *btf, size_t size,
		struct trim_result *ret_result, struct reason *why)
{
	int err;

	err = resolver_run(&trimmer->resolver, btf, size, NULL, NULL, why);
	if (!err)
		err = btf_writer_write(&trimmer->writer, &trimmer->resolver.touched, why);
	if (err)
		return err;
	*ret_result = (struct trim_result){
		.btf = trimmer->writer.output.data,
		.size = trimmer->writer.output.size,
		.type_count = trimmer->writer.type_count,
		.outcomes = trimmer->resolver.outcomes,
	};
	count_outcomes(&trimmer->resolver, ret_result);
	return 0;
}
