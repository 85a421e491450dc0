/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "embedder/verify/answer_list.h"
#include "runtime/util/array.h"

void answer_list_free(struct answer_list *list)
{
	free(list->answers);
	*list = (struct answer_list){0};
}

struct recording {
	struct answer_list *list;
	const struct request_set *set;
};

static int record(void *context, size_t request, const struct answer *answer)
{
	const struct recording *recording = context;
	struct answer_list *list = recording->list;
	struct recorded_answer *recorded;

	if (array_reserve(list->answers, list->capacity, list->count + 1))
		return -ENOMEM;
	recorded = &list->answers[list->count++];
	*recorded = (struct recorded_answer){.request = request};
	if (answer->result == ANSWER_REFUSED) {
		recorded->refusal = answer->match.refusal;
		return 0;
	}
	recorded->bit_offset = answer->match.bit_offset;
	recorded->value = answer->value;
	/* Trimming changes the ids of types, so they are not compared; the order of the answers
	 * identifies the candidate. */
	if (recording->set->requests[request]->kind == CORE_RELO_TYPE_ID_TARGET)
		recorded->value.value = 0;
	return 0;
}

int answer_list_fill(struct answer_list *list, struct resolver *resolver,
		     struct type_source *source, struct reason *why)
{
	struct recording recording = {list, resolver->set};
	struct resolver_visitor visitor = {.answer = record, .context = &recording};
	int err;

	list->count = 0;
	err = resolver_open(resolver, source, why);
	if (!err)
		err = resolver_run(resolver, &visitor, why);
	return err == -ENOMEM ? reason_set(why, err, "out of memory") : err;
}

static bool same_answer(const struct recorded_answer *a, const struct recorded_answer *b)
{
	return a->bit_offset == b->bit_offset && a->refusal == b->refusal &&
	       a->value.value == b->value.value && a->value.size == b->value.size &&
	       a->value.access_kind == b->value.access_kind &&
	       a->value.encoding == b->value.encoding;
}

/* "1 candidate, value 16" or "no candidate"; for several the first one that @other lacks. */
static void describe(const struct recorded_answer *answers, size_t count, size_t differs_at,
		     char *buffer, size_t size)
{
	const struct recorded_answer *answer;

	if (differs_at >= count) {
		snprintf(buffer, size, "%zu candidates fit", count);
		return;
	}
	answer = &answers[differs_at];
	if (answer->refusal)
		snprintf(buffer, size, "candidate %zu of %zu is refused: %s", differs_at + 1, count,
			 strerror(-answer->refusal));
	else
		snprintf(buffer, size, "candidate %zu of %zu gives %llu (bit offset %u, size %u)",
			 differs_at + 1, count, (unsigned long long)answer->value.value,
			 answer->bit_offset, answer->value.size);
}

static const struct recorded_answer *answers_from(const struct answer_list *list, size_t first)
{
	return list->count ? list->answers + first : NULL;
}

size_t answer_list_compare(const struct answer_list *full, const struct answer_list *trimmed,
			   size_t request_count, answer_list_differ_fn differ, void *context)
{
	size_t i = 0, j = 0, differences = 0;

	for (size_t request = 0; request < request_count; request++) {
		const struct recorded_answer *a = answers_from(full, i),
					     *b = answers_from(trimmed, j);
		char in_full[128], in_trimmed[128];
		size_t m = 0, n = 0, same = 0;

		while (i + m < full->count && a[m].request == request)
			m++;
		while (j + n < trimmed->count && b[n].request == request)
			n++;
		i += m;
		j += n;
		while (same < m && same < n && same_answer(&a[same], &b[same]))
			same++;
		if (same == m && same == n)
			continue;
		differences++;
		if (!differ)
			continue;
		describe(a, m, same, in_full, sizeof(in_full));
		describe(b, n, same, in_trimmed, sizeof(in_trimmed));
		differ(context, request, in_full, in_trimmed);
	}
	return differences;
}
