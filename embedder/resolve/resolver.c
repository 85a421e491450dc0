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
#include <string.h>

#include "embedder/resolve/matcher.h"
#include "embedder/resolve/resolver.h"

/* Names compared, over all requests of one kernel. The largest programs need some millions. */
#define STEPS_MAX (UINT64_C(1) << 30)

/* The requests of a path are adjacent. */
static int find_paths(struct resolver *resolver)
{
	const struct request_set *set = resolver->set;

	resolver->paths = calloc(set->count + 1, sizeof(*resolver->paths));
	if (!resolver->paths)
		return -ENOMEM;
	for (size_t i = 0; i < set->count; i++) {
		if (!i || !request_same_path(set->requests[i - 1], set->requests[i]))
			resolver->paths[resolver->path_count++] = (struct request_path){
				.first = i,
				.root = set->requests[i]->root,
			};
		resolver->paths[resolver->path_count - 1].count++;
	}
	return 0;
}

int resolver_init(struct resolver *resolver, const struct request_set *set)
{
	int err;

	*resolver = (struct resolver){.set = set};
	err = candidates_init(&resolver->candidates, set);
	if (!err)
		err = find_paths(resolver);
	if (!err)
		err = answer_memo_init(&resolver->memo, set->root_count, resolver->path_count);
	resolver->verdicts = calloc(set->count + 1, sizeof(*resolver->verdicts));
	if (err || !resolver->verdicts) {
		resolver_free(resolver);
		return -ENOMEM;
	}
	return 0;
}

void resolver_free(struct resolver *resolver)
{
	candidates_free(&resolver->candidates);
	answer_memo_free(&resolver->memo);
	mark_list_free(&resolver->marks);
	free(resolver->paths);
	free(resolver->verdicts);
	free(resolver->matches);
	free(resolver->answers);
	*resolver = (struct resolver){0};
}

int resolver_open(struct resolver *resolver, struct type_source *source, struct reason *why)
{
	int err = candidates_find(&resolver->candidates, source, why);

	resolver->source = source;
	if (!source->versions)
		answer_memo_leave(&resolver->memo);
	else if (!err && answer_memo_open(&resolver->memo, &resolver->candidates, source))
		err = reason_set(why, -ENOMEM, "out of memory");
	return err;
}

/* One run: what it works with, and the answers to the requests of the current path. */
struct run {
	struct resolver *resolver;
	struct matcher matcher;
	size_t candidates; /* of the current root */
	size_t matches;	   /* resolver->matches: those that matched or were refused */
	uint32_t reached;
};

static int match(struct matcher *matcher, const struct request *request, uint32_t id,
		 struct answer_match *ret_match)
{
	if (request->kept)
		return match_kept(matcher, request, id, ret_match);
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
	const uint32_t *ids = candidates_of(&resolver->candidates, request->root, &run->candidates);

	run->matches = 0;
	run->reached = 0;
	resolver->marks.count = 0;
	if (array_reserve(resolver->matches, resolver->match_capacity, run->candidates + 1))
		return reason_set(run->matcher.why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < run->candidates; i++) {
		struct answer *answer = &resolver->matches[run->matches];
		int err = find_answer(run, request, ids[i], answer);

		if (err)
			return err;
		if (answer->match.reached > run->reached)
			run->reached = answer->match.reached;
		run->matches += answer->result != ANSWER_NO_MATCH;
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

/* The value for each match, which depends on what the request asks, and the verdict. @answers: one
 * for each match. */
static int judge(struct run *run, size_t number, struct answer *answers)
{
	struct resolver *resolver = run->resolver;
	const struct request *request = resolver->set->requests[number];
	struct verdict *verdict = &resolver->verdicts[number];

	*verdict = (struct verdict){
		.outcome = outcome_without_match(request->kind),
		.candidates = run->candidates,
		.reached = run->reached,
	};
	for (size_t i = 0; i < run->matches; i++) {
		struct answer *answer = &answers[i];
		int result;

		*answer = resolver->matches[i]; /* the next kind asks it again */
		result = answer->result;
		if (result == ANSWER_MATCH)
			result = answer_value(&run->matcher, request, answer->id, &answer->match,
					      &answer->value);
		if (run->matcher.types->failure)
			return matcher_bad_type(&run->matcher, answer->id);
		if (result < 0)
			return result;
		answer->result = result;
		take_answer(verdict, answer, answers);
	}
	return 0;
}

/* Finds out the answers to a path's requests; they are the resolver's until the next path. */
static int answer_path(struct run *run, const struct request_path *path,
		       struct path_answers *ret_answers)
{
	struct resolver *resolver = run->resolver;
	uint64_t steps_left = run->matcher.steps_left;
	int err = match_candidates(run, resolver->set->requests[path->first]);

	if (!err && array_reserve(resolver->answers, resolver->answer_capacity,
				  path->count * run->matches + 1))
		err = reason_set(run->matcher.why, -ENOMEM, "out of memory");
	for (uint32_t i = 0; !err && i < path->count; i++)
		err = judge(run, path->first + i, resolver->answers + i * run->matches);
	*ret_answers = (struct path_answers){
		.answers = resolver->answers,
		.answer_count = (uint32_t)run->matches,
		.verdicts = resolver->verdicts + path->first,
		.marks = resolver->marks.marks,
		.mark_count = resolver->marks.count,
		.steps = steps_left - run->matcher.steps_left,
	};
	return err;
}

/* The same for one of several kernels with the same ids: finds them out or remembers them. */
static int remember_path(struct run *run, size_t number, struct path_answers *ret_answers)
{
	struct resolver *resolver = run->resolver;
	const struct request_path *path = &resolver->paths[number];
	struct type_source *source = resolver->source;
	struct answer_memo *memo = &resolver->memo;
	uint32_t *known = &answer_memo_numbers(memo)[number], found;
	int err = answer_memo_find(memo, number, path->root, source, &found);

	if (err)
		return reason_set(run->matcher.why, err, "out of memory");
	if (found && answer_memo_answers(memo, found)->steps <= run->matcher.steps_left) {
		*ret_answers = *answer_memo_answers(memo, found);
		run->matcher.steps_left -= ret_answers->steps;
		/* The kernel before often has the same answers. */
		if (*known != found)
			memcpy(resolver->verdicts + path->first, ret_answers->verdicts,
			       path->count * sizeof(*resolver->verdicts));
		*known = found;
		return 0;
	}
	*known = 0;
	source->versions->forget_reads(source);
	err = answer_path(run, path, ret_answers);
	if (!err && answer_memo_add(memo, number, source, ret_answers, path->count, known))
		err = reason_set(run->matcher.why, -ENOMEM, "out of memory");
	return err;
}

static int visit(const struct resolver_visitor *visitor, const struct request_path *path,
		 const struct path_answers *answers)
{
	const struct answer *answer = answers->answers;
	int err = 0;

	if (visitor->marks && answers->mark_count)
		err = visitor->marks(visitor->context, answers->marks, answers->mark_count);
	if (err || !visitor->answer)
		return err;
	for (uint32_t i = 0; i < path->count; i++) {
		for (uint32_t k = 0; !err && k < answers->answer_count; k++)
			err = visitor->answer(visitor->context, path->first + i, answer++);
	}
	return err;
}

/* libbpf refuses them on every kernel. */
static void refuse_path(struct resolver *resolver, const struct request_path *path)
{
	for (uint32_t i = 0; i < path->count; i++)
		resolver->verdicts[path->first + i] =
			(struct verdict){.outcome = VERDICT_REFUSED, .refusal = -EINVAL};
}

int resolver_run(struct resolver *resolver, const struct resolver_visitor *visitor,
		 struct reason *why)
{
	struct run run = {
		.resolver = resolver,
		.matcher = {.types = &resolver->source->view,
			    .marks = &resolver->marks,
			    .pointer_size = resolver->candidates.pointer_size,
			    .steps_left = STEPS_MAX,
			    .why = why},
	};

	for (size_t i = 0; i < resolver->path_count; i++) {
		const struct request_path *path = &resolver->paths[i];
		struct path_answers answers;
		int err;

		if (path->root == REQUEST_NO_ROOT) {
			refuse_path(resolver, path);
			continue;
		}
		err = resolver->source->versions ? remember_path(&run, i, &answers)
						 : answer_path(&run, path, &answers);
		if (!err && visitor)
			err = visit(visitor, path, &answers);
		if (err)
			return err;
	}
	return 0;
}

int resolver_visit(const struct resolver *resolver, const struct resolver_visitor *visitor)
{
	const uint32_t *numbers = answer_memo_numbers(&resolver->memo);
	int err = 0;

	for (size_t i = 0; !err && i < resolver->path_count; i++)
		if (numbers[i])
			err = visit(visitor, &resolver->paths[i],
				    answer_memo_answers(&resolver->memo, numbers[i]));
	return err;
}
