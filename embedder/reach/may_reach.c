/* SPDX-License-Identifier: MIT */
/*
 * All instructions that can be reached, when only jumps on constants are decided.
 *
 * Every place that jumps lead to keeps what is true on all ways there (machine_join). A place is
 * worked on again when that changes, until nothing changes; values only ever get less known, so
 * this ends. A function that is called is searched once for all its callers together.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/reach/searches.h"
#include "embedder/util/cleanup.h"

struct search {
	const struct reach_query *query;
	uint8_t *seen;
	uint32_t *guards;
	struct machine **places; /* by instruction: what is true there; NULL: no jump leads there */
	uint8_t *is_waiting;	 /* by instruction: it is on the list */
	uint32_t *waiting;
	uint32_t waiting_count;
};

static void search_free(struct search *search)
{
	for (uint32_t i = 0; search->places && i < search->query->code->insn_count; i++)
		free(search->places[i]);
	free(search->places);
	free(search->is_waiting);
	free(search->waiting);
}

/* Brings @machine to a place. */
static int arrive(struct search *search, uint32_t at, const struct machine *machine)
{
	struct machine *place = search->places[at];

	if (place && !machine_join(place, machine))
		return 0;
	if (!place) {
		place = malloc(sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = *machine;
		search->places[at] = place;
	}
	if (!search->is_waiting[at]) {
		search->is_waiting[at] = true;
		search->waiting[search->waiting_count++] = at;
	}
	return 0;
}

/* The side of a jump that is never taken. */
static void note_guard(struct search *search, const struct bpf_code_function *function, uint32_t at,
		       const struct jump_outcome *outcome)
{
	uint32_t target = bpf_code_jump_target(search->query->code, function, at);
	uint32_t side = outcome->is_taken ? at + 1 : target;

	if (outcome->guard && side < search->query->code->insn_count)
		search->guards[side] = outcome->guard - 1;
}

static int branch(struct search *search, const struct bpf_code_function *function, uint32_t at,
		  const struct machine *machine, bool *ret_falls)
{
	const struct bpf_code *code = search->query->code;
	struct jump_outcome outcome = machine_jump(machine, &code->insns[at]);
	uint32_t target = bpf_code_jump_target(code, function, at);

	*ret_falls = !outcome.is_decided || !outcome.is_taken;
	if (outcome.is_decided)
		note_guard(search, function, at, &outcome);
	if ((!outcome.is_decided || outcome.is_taken) && target != BPF_CODE_NONE)
		return arrive(search, target, machine);
	return 0;
}

/* The start of a function; what it is called with is forgotten. */
static int enter(struct search *search, uint32_t at)
{
	struct machine start;

	if (at == BPF_CODE_NONE || search->places[at])
		return 0;
	machine_start(&start, false);
	return arrive(search, at, &start);
}

static int call(struct search *search, uint32_t at, struct machine *machine)
{
	struct machine ignored;

	machine_enter(machine, &ignored);
	return enter(search, search->query->code->insns[at].target);
}

/* From a place on, until the way ends or comes to another place. */
static int walk(struct search *search, uint32_t at)
{
	const struct bpf_code *code = search->query->code;
	const struct bpf_code_function *function = bpf_code_function_at(code, at);
	struct machine machine = *search->places[at];
	bool is_first = true, falls = true;
	int err = 0;

	while (!err && falls && function && at < function->first + function->count) {
		const struct bpf_code_insn *insn = &code->insns[at];
		uint32_t next = at + reach_width(insn);

		if (!is_first && search->places[at])
			return arrive(search, at, &machine);
		is_first = false;
		search->seen[at] = true;
		switch (reach_next(search->query, at)) {
		case REACH_NEXT_EXIT:
			return 0;
		case REACH_NEXT_JUMP:
			next = bpf_code_jump_target(code, function, at);
			return next == BPF_CODE_NONE ? 0 : arrive(search, next, &machine);
		case REACH_NEXT_BRANCH:
			err = branch(search, function, at, &machine, &falls);
			break;
		case REACH_NEXT_CALL:
			err = call(search, at, &machine);
			break;
		case REACH_NEXT_HELPER:
			machine_call(&machine, search->query, at);
			break;
		default:
			/* A function whose address is taken may be called. */
			if (insn->reference == BPF_REFERENCE_FUNCTION)
				err = enter(search, insn->target);
			machine_step(&machine, search->query, at);
		}
		at = next;
	}
	return err;
}

/* Spreads each guard over the instructions that follow it and are not reached. */
static void spread_guards(struct search *search)
{
	const struct bpf_code *code = search->query->code;

	for (uint32_t i = 1; i < code->insn_count; i++)
		if (!search->seen[i] && search->guards[i] == BPF_CODE_NONE &&
		    !search->seen[i - 1] &&
		    bpf_code_function_at(code, i) == bpf_code_function_at(code, i - 1))
			search->guards[i] = search->guards[i - 1];
}

int may_reach(const struct reach_query *query, uint8_t *ret_seen, uint32_t *ret_guards)
{
	uint32_t count = query->code->insn_count;
	_cleanup_(search_free) struct search search = {
		.query = query,
		.seen = ret_seen,
		.guards = ret_guards,
		.places = calloc(count + 1, sizeof(*search.places)),
		.is_waiting = calloc(count + 1, 1),
		.waiting = calloc(count + 1, sizeof(*search.waiting)),
	};
	struct machine start;
	int err;

	if (!search.places || !search.is_waiting || !search.waiting)
		return -ENOMEM;
	machine_start(&start, true);
	err = arrive(&search, query->program->first, &start);
	while (!err && search.waiting_count) {
		uint32_t at = search.waiting[--search.waiting_count];

		search.is_waiting[at] = false;
		err = walk(&search, at);
	}
	spread_guards(&search);
	return err;
}
