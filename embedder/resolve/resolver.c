/* SPDX-License-Identifier: MIT */
/*
 * In: the requests, sorted so that those of one root and one path stand together, and one BTF.
 * Out: an outcome for each request, and the touched parts.
 *
 * libbpf shortens the list of candidates while it goes through a program's relocations, so what a
 * relocation gets depends on those before it, and on which programs are loaded at all. Here every
 * request is put to every candidate: whatever libbpf asks in whatever order, the answer is there.
 */
#include <stdlib.h>

#include "embedder/resolve/resolver.h"

/* Names compared, over all requests of one kernel. The largest programs need some millions. */
#define STEPS_MAX (UINT64_C(1) << 30)

int resolver_init(struct resolver *resolver, const struct request_set *set)
{
	int err;

	*resolver = (struct resolver){.set = set};
	err = candidates_init(&resolver->candidates, set);
	if (err)
		return err;
	resolver->outcomes = calloc(set->count + 1, sizeof(*resolver->outcomes));
	if (!resolver->outcomes) {
		resolver_free(resolver);
		return -ENOMEM;
	}
	return 0;
}

void resolver_free(struct resolver *resolver)
{
	candidates_free(&resolver->candidates);
	btf_view_free(&resolver->btf);
	touched_free(&resolver->touched);
	free(resolver->outcomes);
	free(resolver->answers);
	*resolver = (struct resolver){0};
}

static int match(struct target *target, const struct request *request, uint32_t id,
		 struct target_match *ret_match)
{
	if (core_relo_is_field(request->kind))
		return match_field(target, request, id, ret_match);
	if (core_relo_is_enumerator(request->kind))
		return match_enumerator(target, request, id, ret_match);
	return match_type(target, request, id, ret_match);
}

/* Matches all candidates; the answers are those that matched or were refused. Returns how many
 * or an error. */
static int64_t match_candidates(struct resolver *resolver, struct target *target,
				const struct request *request)
{
	size_t count, answers = 0;
	const uint32_t *ids = candidates_of(&resolver->candidates, request->root, &count);

	if (count > resolver->answer_capacity) {
		free(resolver->answers);
		resolver->answer_capacity = 0;
		resolver->answers = malloc(count * sizeof(*resolver->answers));
		if (!resolver->answers)
			return reason_set(target->why, -ENOMEM, "out of memory");
		resolver->answer_capacity = count;
	}
	for (size_t i = 0; i < count; i++) {
		struct resolver_answer *answer = &resolver->answers[answers];
		int result = match(target, request, ids[i], &answer->match);

		if (result < 0)
			return result;
		if (result == TARGET_NO_MATCH)
			continue;
		answer->id = ids[i];
		answer->result = result;
		answers++;
	}
	return answers;
}

static enum request_outcome outcome_without_match(enum core_relo_kind kind)
{
	switch (kind) {
	case CORE_RELO_FIELD_EXISTS:
	case CORE_RELO_TYPE_ID_TARGET:
	case CORE_RELO_TYPE_EXISTS:
	case CORE_RELO_TYPE_SIZE:
	case CORE_RELO_TYPE_MATCHES:
	case CORE_RELO_ENUMVAL_EXISTS:
		return REQUEST_ABSENT;
	default:
		return REQUEST_MISSING;
	}
}

/* What libbpf makes of the answers, with the full list of candidates. */
static int judge(struct resolver *resolver, struct target *target, size_t number, size_t answers,
		 resolver_answer_fn answer_fn, void *context)
{
	const struct request *request = resolver->set->requests[number];
	enum request_outcome outcome = outcome_without_match(request->kind);

	for (size_t i = 0; i < answers; i++) {
		const struct resolver_answer *first = &resolver->answers[0];
		struct resolver_answer answer = resolver->answers[i];
		int err;

		if (answer.result == TARGET_MATCH) {
			answer.result = target_value(target, request, answer.id, &answer.match,
						     &answer.value);
			if (answer.result < 0)
				return answer.result;
			resolver->answers[i].value = answer.value;
		} else {
			answer.value = (struct target_value){0};
		}
		err = answer_fn ? answer_fn(context, number, &answer) : 0;
		if (err)
			return err;
		if (i == 0)
			outcome = REQUEST_FOUND;
		if (outcome != REQUEST_FOUND)
			continue;
		if (answer.result == TARGET_REFUSED)
			outcome = REQUEST_FAILED;
		else if (answer.match.bit_offset != first->match.bit_offset ||
			 answer.value.value != first->value.value)
			outcome = REQUEST_AMBIGUOUS;
	}
	resolver->outcomes[number] = outcome;
	return 0;
}

/* Candidates keep their order in the trimmed BTF: libbpf prefers the first. */
static int order_candidates(struct resolver *resolver)
{
	for (uint32_t root = 0; root < resolver->set->root_count; root++) {
		size_t count;
		const uint32_t *ids = candidates_of(&resolver->candidates, root, &count);
		int err = touched_keep_order(&resolver->touched, ids, count);

		if (err)
			return err;
	}
	return 0;
}

/*
 * libbpf reads the size of pointers from the first INT with a name of `long`; without it, it would
 * guess. So that one comes before every other such INT. Where it is a candidate, those that come
 * before it in the full BTF do so here: order_candidates() then leaves it in its place.
 */
static int touch_long(struct resolver *resolver)
{
	const struct candidates *candidates = &resolver->candidates;

	for (uint32_t root = 0; root < resolver->set->root_count; root++) {
		size_t count, i;
		const uint32_t *ids = candidates_of(candidates, root, &count);

		if (resolver->set->roots[root].kind != BTF_KIND_INT)
			continue;
		for (i = 0; i < count && ids[i] != candidates->long_id; i++)
			;
		if (i == count)
			continue;
		for (size_t before = 0; before < i; before++) {
			int err = touched_type(&resolver->touched, ids[before]);

			if (err)
				return err;
		}
	}
	return touched_type(&resolver->touched, candidates->long_id);
}

int resolver_run(struct resolver *resolver, const void *data, size_t size,
		 resolver_answer_fn answer_fn, void *context, struct reason *why)
{
	const struct request_set *set = resolver->set;
	struct target target = {
		.btf = &resolver->btf,
		.touched = &resolver->touched,
		.steps_left = STEPS_MAX,
		.why = why,
	};
	int64_t answers = 0;
	int err;

	err = btf_view_open(&resolver->btf, data, size, why);
	if (!err)
		err = candidates_scan(&resolver->candidates, &resolver->btf, why);
	if (!err)
		err = touched_reset(&resolver->touched, &resolver->btf, why);
	if (err)
		return err;
	target.pointer_size = resolver->candidates.pointer_size;
	if (set->count) {
		err = touch_long(resolver);
		if (err)
			return err;
	}
	for (size_t i = 0; i < set->count; i++) {
		const struct request *request = set->requests[i];

		if (request->broken) {
			resolver->outcomes[i] = REQUEST_FAILED;
			continue;
		}
		if (!i || !request_same_path(set->requests[i - 1], request))
			answers = match_candidates(resolver, &target, request);
		if (answers < 0)
			return answers;
		err = judge(resolver, &target, i, answers, answer_fn, context);
		if (err)
			return err;
	}
	err = touched_fill(&resolver->touched);
	return err ? err : order_candidates(resolver);
}
