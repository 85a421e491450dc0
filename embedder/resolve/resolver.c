/* SPDX-License-Identifier: MIT */
/*
 * In: the requests, sorted so that those of one root and one path are adjacent, and the types of
 * one kernel. Out: a verdict for each request, and for the visitor the answers and their marks.
 *
 * libbpf shortens the list of candidates while it processes a program's relocations, so the
 * result of a relocation depends on earlier ones and on which programs are loaded. Here every
 * request is matched with every candidate, so the answers cover every order that libbpf may use.
 */
#include <stdlib.h>

#include "embedder/resolve/matcher.h"
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
	resolver->verdicts = calloc(set->count + 1, sizeof(*resolver->verdicts));
	if (!resolver->verdicts) {
		resolver_free(resolver);
		return -ENOMEM;
	}
	return 0;
}

void resolver_free(struct resolver *resolver)
{
	candidates_free(&resolver->candidates);
	mark_list_free(&resolver->marks);
	free(resolver->verdicts);
	free(resolver->answers);
	*resolver = (struct resolver){0};
}

int resolver_open(struct resolver *resolver, struct type_source *source, struct reason *why)
{
	resolver->source = source;
	return candidates_find(&resolver->candidates, source, why);
}

/* One run: what it works with, and the answers to the requests of the current path. */
struct run {
	struct resolver *resolver;
	const struct resolver_visitor *visitor;
	struct matcher matcher;
	size_t candidates; /* of the current root */
	size_t answers;	   /* resolver->answers: those that matched or were refused */
	uint32_t reached;
};

static int match(struct matcher *matcher, const struct request *request, uint32_t id,
		 struct answer_match *ret_match)
{
	if (core_relo_is_field(request->kind))
		return match_field(matcher, request, id, ret_match);
	if (core_relo_is_enumerator(request->kind))
		return match_enumerator(matcher, request, id, ret_match);
	return match_type(matcher, request, id, ret_match);
}

/* Matches one candidate. */
static int find_answer(struct run *run, const struct request *request, uint32_t id,
		       struct answer *answer)
{
	struct mark_list *marks = run->matcher.marks;
	int result;

	*answer = (struct answer){.id = id, .first_mark = marks->count};
	result = match(&run->matcher, request, id, &answer->match);
	/* A type that could not be made looks like a missing one. */
	if (run->matcher.types->failure)
		return matcher_bad_type(&run->matcher, id);
	answer->result = result;
	answer->mark_count = marks->count - answer->first_mark;
	return result < 0 ? result : 0;
}

/* Matches all candidates with a request; the answers hold for all requests of its path. */
static int match_candidates(struct run *run, const struct request *request)
{
	struct resolver *resolver = run->resolver;
	const struct resolver_visitor *visitor = run->visitor;
	const uint32_t *ids = candidates_of(&resolver->candidates, request->root, &run->candidates);

	run->answers = 0;
	run->reached = 0;
	resolver->marks.count = 0;
	if (array_reserve(resolver->answers, resolver->answer_capacity, run->candidates))
		return reason_set(run->matcher.why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < run->candidates; i++) {
		struct answer *answer = &resolver->answers[run->answers];
		int err = find_answer(run, request, ids[i], answer);

		if (!err && visitor && visitor->marks && answer->mark_count)
			err = visitor->marks(visitor->context,
					     resolver->marks.marks + answer->first_mark,
					     answer->mark_count);
		if (err)
			return err;
		if (answer->match.reached > run->reached)
			run->reached = answer->match.reached;
		run->answers += answer->result != ANSWER_NO_MATCH;
	}
	return 0;
}

static enum verdict_outcome outcome_without_match(enum core_relo_kind kind)
{
	switch (kind) {
	case CORE_RELO_FIELD_EXISTS:
	case CORE_RELO_TYPE_ID_TARGET:
	case CORE_RELO_TYPE_EXISTS:
	case CORE_RELO_TYPE_SIZE:
	case CORE_RELO_TYPE_MATCHES:
	case CORE_RELO_ENUMVAL_EXISTS:
		return VERDICT_ABSENT;
	default:
		return VERDICT_MISSING;
	}
}

/* Takes one more answer into the verdict, as libbpf does with the full list of candidates. */
static void take_answer(struct verdict *verdict, const struct answer *answer,
			const struct answer *first)
{
	verdict->matches += answer->result == ANSWER_MATCH;
	if (answer == first) {
		verdict->outcome = VERDICT_FOUND;
		verdict->value = answer->value.value;
	}
	if (verdict->outcome != VERDICT_FOUND)
		return;
	if (answer->result == ANSWER_REFUSED) {
		verdict->outcome = VERDICT_REFUSED;
		verdict->refusal = answer->match.refusal;
	} else if (answer->match.bit_offset != first->match.bit_offset ||
		   answer->value.value != first->value.value) {
		verdict->outcome = VERDICT_AMBIGUOUS;
	}
}

/* The value for each answer, which depends on what the request asks, and the verdict. */
static int judge(struct run *run, size_t number)
{
	struct resolver *resolver = run->resolver;
	const struct resolver_visitor *visitor = run->visitor;
	const struct request *request = resolver->set->requests[number];
	struct verdict *verdict = &resolver->verdicts[number];
	struct answer first;

	*verdict = (struct verdict){
		.outcome = outcome_without_match(request->kind),
		.candidates = run->candidates,
		.reached = run->reached,
	};
	for (size_t i = 0; i < run->answers; i++) {
		struct answer answer = resolver->answers[i]; /* the next kind asks it again */
		int result = answer.result, err = 0;

		if (result == ANSWER_MATCH)
			result = answer_value(&run->matcher, request, answer.id, &answer.match,
					      &answer.value);
		if (run->matcher.types->failure)
			return matcher_bad_type(&run->matcher, answer.id);
		if (result < 0)
			return result;
		answer.result = result;
		if (visitor && visitor->answer)
			err = visitor->answer(visitor->context, number, &answer);
		if (err)
			return err;
		if (i == 0)
			first = answer;
		take_answer(verdict, &answer, i ? &first : &answer);
	}
	return 0;
}

int resolver_run(struct resolver *resolver, const struct resolver_visitor *visitor,
		 struct reason *why)
{
	const struct request_set *set = resolver->set;
	struct run run = {
		.resolver = resolver,
		.visitor = visitor,
		.matcher = {.types = &resolver->source->view,
			    .marks = &resolver->marks,
			    .pointer_size = resolver->candidates.pointer_size,
			    .steps_left = STEPS_MAX,
			    .why = why},
	};

	for (size_t i = 0; i < set->count; i++) {
		const struct request *request = set->requests[i];
		int err = 0;

		if (request->broken) {
			resolver->verdicts[i] =
				(struct verdict){.outcome = VERDICT_REFUSED, .refusal = -EINVAL};
			continue;
		}
		if (!i || !request_same_path(set->requests[i - 1], request))
			err = match_candidates(&run, request);
		if (!err)
			err = judge(&run, i);
		if (err)
			return err;
	}
	return 0;
}
