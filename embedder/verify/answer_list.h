/* SPDX-License-Identifier: MIT */
/*
 * All answers of one BTF to all requests, to compare with those of another: this proves that a
 * trimmed BTF relocates as the full one.
 *
 * libbpf's result for a relocation depends on the answers of the candidates it still has, in
 * their order; candidates without an answer only drop out. If the full and the trimmed BTF give
 * the same answers in the same order to every request, then every selection and order of
 * relocations has the same results.
 */
#ifndef COREBTF_VERIFY_ANSWER_LIST_H
#define COREBTF_VERIFY_ANSWER_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/resolve/resolver.h"

struct recorded_answer {
	uint32_t request;
	uint32_t bit_offset;
	int refusal; /* 0: a match; else the negative errno of libbpf */
	struct answer_value value;
};

/* Starts zeroed. */
struct answer_list {
	struct recorded_answer *answers;
	size_t count, capacity;
};

void answer_list_free(struct answer_list *list);

/* Matches all requests with a source of types (resolver_run) and records the answers. Errors: as
 * there.
 */
int answer_list_fill(struct answer_list *list, struct resolver *resolver,
		     struct type_source *source, struct reason *why);

/* Called for each request whose answers differ, with both as text. */
typedef void (*answer_list_differ_fn)(void *context, size_t request, const char *full,
				      const char *trimmed);

/* Returns the number of requests that differ. */
size_t answer_list_compare(const struct answer_list *full, const struct answer_list *trimmed,
			   size_t request_count, answer_list_differ_fn differ, void *context);

#endif
