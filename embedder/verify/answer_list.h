/* SPDX-License-Identifier: MIT */
/*
 * All answers of one BTF to all requests, to be held against those of another: the proof that a
 * trimmed BTF relocates as the full one.
 *
 * libbpf's result for a relocation depends on the answers of the candidates it still has, in
 * their order; candidates that answer nothing only drop out. When the full and the trimmed BTF
 * give the same answers in the same order to every single request, then so does every selection
 * and every order of relocations.
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

/* Puts all requests to a source of types (resolver_run) and records the answers. Errors: as there.
 */
int answer_list_fill(struct answer_list *list, struct resolver *resolver,
		     struct type_source *source, struct reason *why);

/* Called for each request whose answers differ, with both in words. */
typedef void (*answer_list_differ_fn)(void *context, size_t request, const char *full,
				      const char *trimmed);

/* Returns the number of requests that differ. */
size_t answer_list_compare(const struct answer_list *full, const struct answer_list *trimmed,
			   size_t request_count, answer_list_differ_fn differ, void *context);

#endif
