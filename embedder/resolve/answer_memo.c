/* SPDX-License-Identifier: MIT */
#include "embedder/resolve/answer_memo.h"

#include <stdlib.h>
#include <string.h>

/* More than a hundred kernels of several series need for fifty objects; a thread's scratch memory
 * is not limited by anything else. */
#define MEMORY_MAX ((size_t)16 << 20)

int answer_memo_init(struct answer_memo *memo, size_t root_count, size_t path_count)
{
	*memo = (struct answer_memo){
		.root_count = root_count,
		.path_count = path_count,
		.starts = calloc(path_count + 1, sizeof(*memo->starts)),
		.key = calloc(ANSWER_MEMO_LISTS + root_count + path_count + 1, sizeof(*memo->key)),
	};
	if (memo->starts && memo->key)
		return 0;
	answer_memo_free(memo);
	return -ENOMEM;
}

void answer_memo_free(struct answer_memo *memo)
{
	read_tree_free(&memo->tree);
	arena_free(&memo->arena);
	free(memo->answers);
	free(memo->starts);
	free(memo->key);
	*memo = (struct answer_memo){.family = 0};
}

void answer_memo_clear(struct answer_memo *memo)
{
	read_tree_free(&memo->tree);
	arena_free(&memo->arena);
	memo->arena_size = 0;
	memo->answer_count = 0;
	memo->family = 0;
	memo->generation++;
	memset(memo->starts, 0, memo->path_count * sizeof(*memo->starts));
	memset(memo->key, 0, answer_memo_key_count(memo) * sizeof(*memo->key));
}

void answer_memo_leave(struct answer_memo *memo)
{
	memset(answer_memo_numbers(memo), 0, memo->path_count * sizeof(*memo->key));
}

/* A number for each root's list of candidates: the node at the end of its ids. */
static int number_lists(struct answer_memo *memo, const struct candidates *candidates)
{
	for (uint32_t root = 0; root < memo->root_count; root++) {
		uint32_t *list = &memo->key[ANSWER_MEMO_LISTS + root];
		size_t count;
		const uint32_t *ids = candidates_of(candidates, root, &count);
		int err = read_tree_make(&memo->tree, 0, root, list);

		for (size_t i = 0; !err && i < count; i++)
			err = read_tree_make(&memo->tree, *list, ids[i], list);
		if (err)
			return err;
	}
	return 0;
}

int answer_memo_open(struct answer_memo *memo, const struct candidates *candidates,
		     struct type_source *kernel)
{
	uint64_t family = kernel->versions->family;
	uint32_t target = candidates->pointer_size << 1 | type_view_is_foreign(&kernel->view);

	if (memo->family != family || read_tree_size(&memo->tree) + memo->arena_size > MEMORY_MAX)
		answer_memo_clear(memo);
	memo->family = family;
	if (memo->key[ANSWER_MEMO_TARGET] != target)
		memset(memo->starts, 0, memo->path_count * sizeof(*memo->starts));
	memo->key[ANSWER_MEMO_TARGET] = target;
	memo->key[ANSWER_MEMO_LONG] = candidates->long_id;
	return number_lists(memo, candidates);
}

/* Where the tree of a question starts. */
static int find_start(struct answer_memo *memo, size_t path, uint32_t list, uint32_t *ret_node)
{
	struct path_start *start = &memo->starts[path];
	uint32_t node = 0;
	int err = 0;

	if (start->list != list || !start->node) {
		err = read_tree_make(&memo->tree, 0, (uint32_t)(memo->root_count + path), &node);
		if (!err)
			err = read_tree_make(&memo->tree, node, memo->key[ANSWER_MEMO_TARGET],
					     &node);
		if (!err)
			err = read_tree_make(&memo->tree, node, list, &node);
		if (!err)
			*start = (struct path_start){list, node};
	}
	*ret_node = start->node;
	return err;
}

int answer_memo_find(struct answer_memo *memo, size_t path, uint32_t root,
		     struct type_source *kernel, uint32_t *ret_number)
{
	uint32_t start;
	int err = find_start(memo, path, memo->key[ANSWER_MEMO_LISTS + root], &start);

	if (!err)
		*ret_number = read_tree_find(&memo->tree, start, kernel);
	return err;
}

/* One piece of memory for each, and one behind the other. */
static struct path_answers *copy_answers(struct answer_memo *memo,
					 const struct path_answers *answers, size_t requests)
{
	size_t answers_size = requests * answers->answer_count * sizeof(*answers->answers);
	size_t verdicts_size = requests * sizeof(*answers->verdicts);
	size_t marks_size = answers->mark_count * sizeof(*answers->marks);
	size_t size = sizeof(*answers) + answers_size + verdicts_size + marks_size;
	struct path_answers *copy = arena_alloc(&memo->arena, size);
	char *next = (char *)(copy + 1);

	if (!copy)
		return NULL;
	memo->arena_size += size;
	*copy = *answers;
	copy->answers = (struct answer *)next;
	copy->verdicts = (struct verdict *)(next + answers_size);
	copy->marks = (struct mark *)(next + answers_size + verdicts_size);
	if (answers_size)
		memcpy(next, answers->answers, answers_size);
	memcpy(next + answers_size, answers->verdicts, verdicts_size);
	if (marks_size)
		memcpy(next + answers_size + verdicts_size, answers->marks, marks_size);
	return copy;
}

int answer_memo_add(struct answer_memo *memo, size_t path, struct type_source *kernel,
		    const struct path_answers *answers, size_t requests, uint32_t *ret_number)
{
	int err;

	if (array_reserve(memo->answers, memo->answer_capacity, (size_t)memo->answer_count + 2))
		return -ENOMEM;
	memo->answers[memo->answer_count + 1] = copy_answers(memo, answers, requests);
	if (!memo->answers[memo->answer_count + 1])
		return -ENOMEM;
	err = read_tree_add(&memo->tree, memo->starts[path].node, kernel, memo->answer_count + 1);
	if (!err)
		*ret_number = ++memo->answer_count;
	return err;
}
