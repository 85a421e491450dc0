/* SPDX-License-Identifier: MIT */
/*
 * What was answered on kernels with the same ids (struct type_versions): each distinct question
 * once. A question is a path, the candidates that the kernel has for its root, the size of a
 * pointer, the byte order, and the versions of all types that matching read (read_tree.h). So also
 * what a kernel lacks is part of it.
 */
#ifndef COREBTF_RESOLVE_ANSWER_MEMO_H
#define COREBTF_RESOLVE_ANSWER_MEMO_H

#include "embedder/resolve/candidates.h"
#include "embedder/resolve/path_answers.h"
#include "embedder/resolve/read_tree.h"
#include "embedder/util/arena.h"

struct answer_memo {
	size_t root_count, path_count;
	uint64_t family;     /* of all that is remembered; 0: nothing is */
	uint64_t generation; /* another number each time that all is forgotten */
	struct read_tree tree;
	struct arena arena;
	size_t arena_size;
	struct path_answers **answers; /* by number, from 1 on */
	uint32_t answer_count, answer_capacity;
	struct path_start {
		uint32_t list, node; /* the list of candidates for which @node is right */
	} * starts;		     /* by path */

	/*
	 * Of the kernel that was opened last: equal keys in one generation mean equal candidates
	 * and equal answers. These are KEY_* numbers, then for each root a number of its list of
	 * candidates, then for each path the number of its answers (0: not known yet).
	 */
	uint32_t *key;
};

enum {
	ANSWER_MEMO_TARGET, /* size of a pointer and byte order */
	ANSWER_MEMO_LONG,   /* candidates.long_id */
	ANSWER_MEMO_LISTS,
};

/* 0 or -ENOMEM. */
int answer_memo_init(struct answer_memo *memo, size_t root_count, size_t path_count);
void answer_memo_free(struct answer_memo *memo);

/* Forgets all. */
void answer_memo_clear(struct answer_memo *memo);

/* Takes the next kernel, whose candidates were found. What was remembered is forgotten if it is of
 * another family, or too much. 0 or -ENOMEM. */
int answer_memo_open(struct answer_memo *memo, const struct candidates *candidates,
		     struct type_source *kernel);

/* A kernel without versions comes next: there are no numbers of its answers. */
void answer_memo_leave(struct answer_memo *memo);

/* By path: the number of its answers on that kernel. */
static inline uint32_t *answer_memo_numbers(const struct answer_memo *memo)
{
	return memo->key + ANSWER_MEMO_LISTS + memo->root_count;
}

static inline size_t answer_memo_key_count(const struct answer_memo *memo)
{
	return ANSWER_MEMO_LISTS + memo->root_count + memo->path_count;
}

/*
 * The number of the answers to path @path of @root; 0: they are not known, and after
 * type_versions.forget_reads() they can be found out and added. -ENOMEM.
 */
int answer_memo_find(struct answer_memo *memo, size_t path, uint32_t root,
		     struct type_source *kernel, uint32_t *ret_number);

/* Adds a copy of @answers to the @requests requests of a path, after answer_memo_find(). 0 or
 * -ENOMEM. */
int answer_memo_add(struct answer_memo *memo, size_t path, struct type_source *kernel,
		    const struct path_answers *answers, size_t requests, uint32_t *ret_number);

static inline const struct path_answers *answer_memo_answers(const struct answer_memo *memo,
							     uint32_t number)
{
	return memo->answers[number];
}

#endif
