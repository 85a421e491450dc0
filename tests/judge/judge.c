/* SPDX-License-Identifier: MIT */
#include "tests/judge/judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/trim_bytes.h"
#include "embedder/util/cleanup.h"

/* How many differences are printed; the rest is only counted. */
#define PRINTED_MAX 20

/* Answers ------------------------------------------------------------------------------------ */

struct reply {
	const struct btf *btf; /* of the answer's types; NULL: there was no candidate */
	int err;
	struct libbpf_answer answer;
};

/* A BTF and the candidates that are left in it for each root of the object. */
struct bench {
	struct judge_side *side;
	struct libbpf_candidates *left;		/* by root */
	const struct libbpf_candidates **found; /* by root: all */
};

struct case_ {
	const struct judge_object *object;
	struct bench full, trimmed;
	const char *where, *order;
	struct judge_counts *counts;
	uint32_t *sequence; /* numbers of relocations */
	bool results_only;  /* candidates are not compared */
};

static void bench_free(struct bench *bench, uint32_t roots)
{
	for (uint32_t i = 0; bench->left && i < roots; i++)
		free(bench->left[i].list);
	free(bench->left);
	free(bench->found);
}

static int bench_init(struct bench *bench, struct judge_side *side,
		      const struct judge_object *object)
{
	*bench = (struct bench){.side = side};
	bench->left = calloc(object->root_count + 1, sizeof(*bench->left));
	bench->found = calloc(object->root_count + 1, sizeof(*bench->found));
	if (!bench->left || !bench->found)
		return -ENOMEM;
	for (uint32_t i = 0; i < object->root_count; i++) {
		bench->found[i] = judge_side_candidates(side, object->btf, object->roots[i]);
		if (!bench->found[i])
			return -ENOMEM;
		bench->left[i].list =
			calloc((size_t)bench->found[i]->length + 1, sizeof(*bench->left[i].list));
		if (!bench->left[i].list)
			return -ENOMEM;
	}
	return 0;
}

static void bench_restart(struct bench *bench, uint32_t root)
{
	const struct libbpf_candidates *all = bench->found[root];

	if (all->length)
		memcpy(bench->left[root].list, all->list, (size_t)all->length * sizeof(*all->list));
	bench->left[root].length = all->length;
}

static struct reply ask(const struct judge_object *object, const struct judge_relo *relo,
			struct libbpf_candidates *candidates)
{
	struct libbpf_scratch scratch = {0};
	struct reply reply = {0};

	reply.err = bpf_core_calc_relo_insn("judge", &relo->relo, relo - object->relos, object->btf,
					    candidates, &scratch, &reply.answer);
	if (reply.err)
		memset(&reply.answer, 0, sizeof(reply.answer));
	/* The answer's types are those of the first candidate that matches. */
	reply.btf = candidates->length ? candidates->list[0].btf : NULL;
	return reply;
}

/* Did at least one candidate match? Unknown for a size of zero, which means both. */
static bool has_matched(const struct judge_relo *relo, const struct reply *reply)
{
	if (reply->err || reply->answer.poison)
		return false;
	switch (relo->relo.kind) {
	case BPF_CORE_FIELD_EXISTS:
	case BPF_CORE_TYPE_ID_TARGET:
	case BPF_CORE_TYPE_EXISTS:
	case BPF_CORE_TYPE_SIZE:
	case BPF_CORE_ENUMVAL_EXISTS:
	case BPF_CORE_TYPE_MATCHES:
		return reply->answer.value != 0;
	case BPF_CORE_TYPE_ID_LOCAL:
		return false;
	default:
		return true;
	}
}

/* Are two types of different BTFs equal, as far as libbpf reads the type of a result? */
static bool same_type(const struct btf *a, uint32_t a_id, const struct btf *b, uint32_t b_id)
{
	const struct btf_type *x = btf__type_by_id(a, a_id), *y = btf__type_by_id(b, b_id);

	if (!x || !y || btf_kind(x) != btf_kind(y))
		return false;
	/* A module's type loses its name where the kernel itself has another type of that name. */
	if (strcmp(btf__name_by_offset(a, x->name_off), btf__name_by_offset(b, y->name_off)) != 0 &&
	    (y->name_off || !btf__base_btf(a)))
		return false;
	switch (btf_kind(x)) {
	case BTF_KIND_INT:
		return x->size == y->size &&
		       *(const uint32_t *)(x + 1) == *(const uint32_t *)(y + 1);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FLOAT:
		return x->size == y->size && btf_kflag(x) == btf_kflag(y);
	case BTF_KIND_ARRAY:
		return btf_array(x)->nelems == btf_array(y)->nelems;
	default:
		return true;
	}
}

static bool same_reply(const struct case_ *c, const struct judge_relo *relo, const struct reply *a,
		       const struct reply *b)
{
	const struct btf *full = a->btf, *trimmed = b->btf;
	const struct libbpf_answer *x = &a->answer, *y = &b->answer;

	if (a->err || b->err)
		return a->err == b->err;
	if (x->original != y->original || x->poison != y->poison || x->validate != y->validate ||
	    x->bad_access_size != y->bad_access_size || x->original_size != y->original_size ||
	    x->original_type != y->original_type || x->size != y->size || !x->type != !y->type)
		return false;
	if (x->type && !same_type(full, x->type, trimmed, y->type))
		return false;
	if (relo->relo.kind == BPF_CORE_TYPE_ID_TARGET && x->value && y->value)
		return same_type(full, x->value, trimmed, y->value);
	return x->value == y->value;
}

static void say_reply(const char *name, const struct reply *reply, int candidates)
{
	const struct libbpf_answer *x = &reply->answer;

	if (reply->err)
		printf("  %s (%d candidates): refused, %d\n", name, candidates, reply->err);
	else
		printf("  %s (%d candidates): %llu to %llu%s%s%s, sizes %u to %u, types %u to %u\n",
		       name, candidates, (unsigned long long)x->original,
		       (unsigned long long)x->value, x->poison ? ", poison" : "",
		       x->validate ? ", validate" : "",
		       x->bad_access_size ? ", bad access size" : "", x->original_size, x->size,
		       x->original_type, x->type);
}

/* true when the caller may print what differs. */
static bool differs(const struct case_ *c, const struct judge_relo *relo, const char *what)
{
	const struct btf *local = c->object->btf;
	const struct btf_type *type = btf__type_by_id(local, relo->relo.type_id);

	if (c->counts->differences++ >= PRINTED_MAX)
		return false;
	printf("%s: %s, %s: relocation %zu (kind %u, %s, access %s): %s\n", c->where,
	       c->object->file->name, c->order, (size_t)(relo - c->object->relos), relo->relo.kind,
	       btf__name_by_offset(local, type->name_off),
	       btf__name_by_offset(local, relo->relo.access_str_off), what);
	return true;
}

static void compare_replies(const struct case_ *c, const struct judge_relo *relo,
			    const struct reply *full, int full_length, const struct reply *trimmed,
			    int trimmed_length)
{
	c->counts->questions++;
	c->counts->refused += full->err != 0;
	c->counts->poisoned += full->answer.poison;
	if (same_reply(c, relo, full, trimmed))
		return;
	if (differs(c, relo, "libbpf answers")) {
		say_reply(c->results_only ? "left" : "full", full, full_length);
		say_reply(c->results_only ? "right" : "trimmed", trimmed, trimmed_length);
	}
}

/* After a match just the matching candidates are left, and the trimmed BTF has all of these. */
static void compare_candidates(const struct case_ *c, const struct judge_relo *relo)
{
	const struct libbpf_candidates *full = &c->full.left[relo->root];
	const struct libbpf_candidates *trimmed = &c->trimmed.left[relo->root];
	bool same = full->length == trimmed->length;

	for (int i = 0; same && i < full->length; i++)
		same = same_type(c->full.side->btf, full->list[i].id, c->trimmed.side->btf,
				 trimmed->list[i].id);
	if (!same && differs(c, relo, "other candidates are left"))
		printf("  full: %d of %d, trimmed: %d of %d\n", full->length,
		       c->full.found[relo->root]->length, trimmed->length,
		       c->trimmed.found[relo->root]->length);
}

static const char in_order[] = "in order";

/* Asks for relocations one after the other, with one set of candidate lists, as a load does. */
static void run_sequence(struct case_ *c, size_t count, const char *order)
{
	c->order = order;
	for (uint32_t root = 0; root < c->object->root_count; root++) {
		bench_restart(&c->full, root);
		bench_restart(&c->trimmed, root);
	}
	for (size_t i = 0; i < count; i++) {
		const struct judge_relo *relo = &c->object->relos[c->sequence[i]];
		struct libbpf_candidates *full = &c->full.left[relo->root];
		struct libbpf_candidates *trimmed = &c->trimmed.left[relo->root];
		int full_length = full->length, trimmed_length = trimmed->length;
		struct reply a = ask(c->object, relo, full);
		struct reply b = ask(c->object, relo, trimmed);

		compare_replies(c, relo, &a, full_length, &b, trimmed_length);
		if (a.err || b.err) {
			/* The load ends here. What comes next is judged as in a load without
			 * this program; half-written lists start over. */
			bench_restart(&c->full, relo->root);
			bench_restart(&c->trimmed, relo->root);
		} else if (!c->results_only && has_matched(relo, &a)) {
			compare_candidates(c, relo);
		}
		if (order == in_order) {
			c->counts->loads &= !a.err;
			c->counts->poisons |= a.answer.poison;
		}
	}
}

/* The answer of one candidate alone. */
static struct reply ask_alone(const struct judge_object *object, const struct judge_relo *relo,
			      const struct libbpf_candidate *candidate)
{
	struct libbpf_candidate copy = *candidate;
	struct libbpf_candidates one = {&copy, 1};

	return ask(object, relo, &one);
}

/* The next candidate from *@i on that matches, or is refused, when it is alone. */
static bool next_answer(const struct case_ *c, const struct bench *bench,
			const struct judge_relo *relo, int *i, struct reply *ret_reply)
{
	const struct libbpf_candidates *all = bench->found[relo->root];

	while (*i < all->length) {
		*ret_reply = ask_alone(c->object, relo, &all->list[(*i)++]);
		if (ret_reply->err || has_matched(relo, ret_reply))
			return true;
	}
	return false;
}

/* Every candidate alone: those with a result other than "no match" are the same, in the same order.
 */
static void compare_singles(struct case_ *c, const struct judge_relo *relo)
{
	int i = 0, j = 0;

	c->order = "one candidate alone";
	for (;;) {
		struct reply a, b;
		bool more = next_answer(c, &c->full, relo, &i, &a);

		if (more != next_answer(c, &c->trimmed, relo, &j, &b)) {
			/* A relocation that fails with every candidate also fails with those that
			 * trimming dropped. */
			if ((more ? a.err : b.err) == 0)
				differs(c, relo, "not as many candidates answer");
			return;
		}
		if (!more)
			return;
		compare_replies(c, relo, &a, 1, &b, 1);
	}
}

static int compare_case(struct case_ *c, unsigned int rounds)
{
	const struct judge_object *object = c->object;
	uint64_t state = 1;
	size_t count;

	for (size_t i = 0; i < object->count; i++) {
		const struct judge_relo *relo = &object->relos[i];

		c->sequence[0] = i;
		run_sequence(c, 1, "alone");
		if (!c->results_only && relo->relo.kind != BPF_CORE_TYPE_ID_LOCAL)
			compare_singles(c, relo);
	}
	c->counts->loads = true;
	c->counts->poisons = false;
	for (size_t i = 0; i < object->count; i++)
		c->sequence[i] = i;
	run_sequence(c, object->count, in_order);
	for (size_t i = 0; i < object->count; i++)
		c->sequence[i] = object->count - 1 - i;
	run_sequence(c, object->count, "backwards");
	for (uint32_t section = 0; section < object->section_count; section++) {
		count = 0;
		for (size_t i = 0; i < object->count; i++)
			if (object->relos[i].section == section)
				c->sequence[count++] = i;
		run_sequence(c, count, "one section");
	}
	for (unsigned int round = 0; round < rounds; round++) {
		unsigned int keep = 1 + judge_random(&state) % 8; /* eighths */

		count = 0;
		for (size_t i = 0; i < object->count; i++)
			if (judge_random(&state) % 8 < keep)
				c->sequence[count++] = i;
		for (size_t i = count; i > 1; i--) {
			size_t other = judge_random(&state) % i;
			uint32_t moved = c->sequence[i - 1];

			c->sequence[i - 1] = c->sequence[other];
			c->sequence[other] = moved;
		}
		run_sequence(c, count, "random subset");
	}
	return 0;
}

static int compare_object(const struct judge_object *object, struct judge_side *full,
			  struct judge_side *trimmed, unsigned int rounds, const char *where,
			  bool results_only, struct judge_counts *counts)
{
	struct case_ c = {
		.object = object, .where = where, .counts = counts, .results_only = results_only};
	int err;

	counts->objects++;
	counts->relocations += object->count;
	if (!object->count)
		return 0;
	c.sequence = calloc(object->count, sizeof(*c.sequence));
	err = c.sequence ? 0 : -ENOMEM;
	if (!err)
		err = bench_init(&c.full, full, object);
	if (!err)
		err = bench_init(&c.trimmed, trimmed, object);
	if (!err)
		err = compare_case(&c, rounds);
	bench_free(&c.full, object->root_count);
	bench_free(&c.trimmed, object->root_count);
	free(c.sequence);
	return err;
}

int judge_compare(const struct judge_object *object, struct judge_side *full,
		  struct judge_side *trimmed, unsigned int rounds, const char *where,
		  struct judge_counts *counts)
{
	return compare_object(object, full, trimmed, rounds, where, false, counts);
}

int judge_results(const struct judge_object *object, struct judge_side *left,
		  struct judge_side *right, unsigned int rounds, const char *where,
		  struct judge_counts *counts)
{
	return compare_object(object, left, right, rounds, where, true, counts);
}

/* Trimming ----------------------------------------------------------------------------------- */

static void cleanup_requests(struct request_set **requests)
{
	request_set_free(*requests);
}

static void cleanup_trimmer(struct trimmer **trimmer)
{
	trimmer_free(*trimmer);
}

/* Trimming a trimmed BTF changes nothing. */
static int judge_again(struct trimmer *trimmer, const struct trim_result *result, const char *where,
		       struct judge_counts *counts)
{
	_cleanup_free_ void *first = malloc(result->size);
	size_t size = result->size;
	struct trim_result again;
	struct reason why;
	int err;

	if (!first)
		return -ENOMEM;
	memcpy(first, result->btf, size);
	err = trim_bytes(trimmer, first, size, &again, &why);
	if (!err && again.size == size && memcmp(again.btf, first, size) == 0)
		return 0;
	if (counts->differences++ < PRINTED_MAX)
		printf("%s: trimmed again it is another BTF: %zu bytes, then %zu, %s\n", where,
		       size, err ? 0 : again.size, err ? why.text : "");
	return 0;
}

/* Trims for some objects at once and compares each of them. */
static int judge_together(const struct judge_object *objects, size_t count, const void *data,
			  size_t size, struct judge_side *full, unsigned int rounds,
			  const char *where, struct judge_counts *counts)
{
	_cleanup_(cleanup_requests) struct request_set *requests = request_set_new();
	_cleanup_(cleanup_trimmer) struct trimmer *trimmer = NULL;
	_cleanup_(judge_side_free) struct judge_side trimmed = {0};
	struct trim_result result = {0};
	struct reason why = {""};
	int err = requests ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < count; i++)
		err = request_set_add_object(requests, objects[i].file, &why);
	if (!err) {
		trimmer = trimmer_new(requests);
		err = trimmer ? trim_bytes(trimmer, data, size, &result, &why) : -ENOMEM;
	}
	if (err == -ENOMEM)
		return err;
	if (!err)
		err = judge_side_init(&trimmed, result.btf, result.size);
	if (err) {
		if (counts->differences++ < PRINTED_MAX)
			printf("%s: %s%s: not trimmed, or not to be read: %d %s\n", where,
			       objects[0].file->name, count > 1 ? " and others" : "", err,
			       why.text);
		return 0;
	}
	for (size_t i = 0; !err && i < count; i++)
		err = judge_compare(&objects[i], full, &trimmed, rounds, where, counts);
	return err ? err : judge_again(trimmer, &result, where, counts);
}

int judge_kernel(const struct judge_object *objects, size_t count, const void *data, size_t size,
		 struct judge_side *full, unsigned int rounds, const char *where,
		 struct judge_counts *counts)
{
	int err = 0;

	if (count > 1)
		err = judge_together(objects, count, data, size, full, rounds, where, counts);
	for (size_t i = 0; !err && i < count; i++)
		err = judge_together(&objects[i], 1, data, size, full, rounds, where, counts);
	return err;
}

/* Outcomes ----------------------------------------------------------------------------------- */

/* Our resolver's results for the one relocation of an object, candidate by candidate. */
struct answers {
	struct answer *list;
	size_t count;
};

static int note_answer(void *context, size_t request, const struct answer *answer)
{
	struct answers *answers = context;
	struct answer *list;

	list = reallocarray(answers->list, answers->count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	answers->list = list;
	list[answers->count++] = *answer;
	return 0;
}

/* The outcome for the one relocation of @file; negative: an error, or there is no request. */
static int outcome_of(const struct bpf_object_file *file, const void *data, size_t size,
		      struct answers *answers)
{
	_cleanup_(cleanup_requests) struct request_set *requests = request_set_new();
	_cleanup_(resolver_free) struct resolver resolver = {0};
	_cleanup_(btf_source_free) struct btf_source types = {0};
	struct resolver_visitor visitor = {.answer = note_answer, .context = answers};
	int err;

	err = requests ? request_set_add_object(requests, file, NULL) : -ENOMEM;
	if (err || !request_set_count(requests))
		return err ? err : -ENOENT;
	err = resolver_init(&resolver, requests);
	if (!err)
		err = btf_source_open(&types, data, size, NULL);
	if (!err)
		err = resolver_open(&resolver, &types.types, NULL);
	if (!err)
		err = resolver_run(&resolver, &visitor, NULL);
	return err ? err : (int)resolver.verdicts[0].outcome;
}

/* Of an array, newer versions of libbpf take the size of an element, 1.1 takes all of it. */
static bool same_value(const struct answer *ours, const struct reply *reply)
{
	return ours->value.value == reply->answer.value &&
	       (ours->value.size == reply->answer.size ||
		ours->value.access_kind == BTF_KIND_ARRAY);
}

/* Candidate by candidate: matching or refused, and the value. */
static void compare_answers(const struct case_ *c, const struct judge_relo *relo,
			    const struct answers *answers)
{
	const struct libbpf_candidates *all = c->full.found[relo->root];
	size_t next = 0;

	for (int i = 0; i < all->length; i++) {
		struct reply reply = ask_alone(c->object, relo, &all->list[i]);
		const struct answer *ours = next < answers->count ? &answers->list[next] : NULL;
		bool answered = ours && ours->id == all->list[i].id, same;

		next += answered;
		if (relo->relo.kind == BPF_CORE_TYPE_SIZE && !reply.err && !reply.answer.value)
			same = !answered || ours->value.value == 0;
		else if (reply.err || has_matched(relo, &reply))
			same = answered && (ours->result == ANSWER_REFUSED) == !!reply.err &&
			       (reply.err || same_value(ours, &reply));
		else
			same = !answered;
		if (same || !differs(c, relo, "our resolver has another answer"))
			continue;
		say_reply("libbpf", &reply, 1);
		if (answered)
			printf("  ours: result %d, value %llu, size %u\n", ours->result,
			       (unsigned long long)ours->value.value, ours->value.size);
	}
}

static bool agrees(const struct judge_relo *relo, const struct reply *reply, int outcome)
{
	switch (outcome) {
	case VERDICT_FOUND:
		return !reply->err && !reply->answer.poison &&
		       (has_matched(relo, reply) || relo->relo.kind == BPF_CORE_TYPE_SIZE);
	case VERDICT_MISSING:
		return !reply->err && reply->answer.poison;
	case VERDICT_ABSENT:
		return !reply->err && !reply->answer.poison && !has_matched(relo, reply);
	default:
		return reply->err != 0;
	}
}

int judge_outcomes(const struct judge_object *object, const void *data, size_t size,
		   struct judge_side *full, const char *where, struct judge_counts *counts)
{
	struct case_ c = {.object = object, .where = where, .counts = counts, .order = "outcome"};
	int err = bench_init(&c.full, full, object);

	for (size_t i = 0; !err && i < object->count; i++) {
		const struct judge_relo *relo = &object->relos[i];
		/* Header, record size, section, count, the relocation. */
		uint32_t ext[8 + 3 + 4] = {BTF_MAGIC | (uint32_t)BTF_VERSION << 16,
					   32,
					   0,
					   0,
					   0,
					   0,
					   0,
					   28,
					   16,
					   relo->section_name,
					   1};
		struct bpf_object_file file = *object->file;
		struct libbpf_candidates none = {0};
		struct answers answers = {0};
		struct reply reply;
		int outcome;

		if (relo->relo.kind == BPF_CORE_TYPE_ID_LOCAL)
			continue;
		/* libbpf's refusals because of the program's own types are not distinguished. */
		if (ask(object, relo, &none).err)
			continue;
		memcpy(&ext[11], &relo->relo, sizeof(relo->relo));
		file.ext = ext;
		file.ext_size = sizeof(ext);
		outcome = outcome_of(&file, data, size, &answers);
		bench_restart(&c.full, relo->root);
		reply = ask(object, relo, &c.full.left[relo->root]);
		counts->questions++;
		if (outcome < 0 || !agrees(relo, &reply, outcome)) {
			if (differs(&c, relo, "another outcome"))
				printf("  ours: %d, libbpf: error %d, poison %d, value %llu\n",
				       outcome, reply.err, reply.answer.poison,
				       (unsigned long long)reply.answer.value);
		}
		if (outcome >= 0)
			compare_answers(&c, relo, &answers);
		free(answers.list);
	}
	bench_free(&c.full, object->root_count);
	return err;
}
