/* SPDX-License-Identifier: MIT */
/*
 * The poisoned instructions that the verifier cannot miss.
 *
 * explore() returns the set of those that are reached for sure from a place with a state:
 *
 *	on the way to the next jump      what stands there
 *	a jump that constants decide     what its one side reaches
 *	both sides are possible          what either side reaches: the verifier goes both ways
 *	one side is possible for sure    what that side reaches
 *	nothing is known                 what both sides reach: it goes at least one of the ways
 *
 * A side is "possible for sure" when some run of the program goes there; the verifier must follow
 * every possible run. Functions are followed with the arguments of each call. Results are kept by
 * place and state. A loop in which nothing changes, and whatever is over the limits below, counts
 * as reaching nothing, which is always true.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/reach/searches.h"
#include "embedder/util/arena.h"
#include "embedder/util/cleanup.h"

#define STATES_MAX   8192
#define STEPS_MAX    (UINT64_C(1) << 20)
#define DEPTH_MAX    400 /* jumps on one way; each takes some 4 kB of the C stack */
#define FRAMES_MAX   8	 /* of the verifier */
#define POISONED_MAX 1024
#define SLOT_COUNT   (STATES_MAX * 2)

/* A caller, waiting for the function that it called. */
struct frame {
	struct machine machine;
	uint32_t back; /* where it goes on */
	uint32_t depth;
	const struct frame *caller;
};

struct place {
	struct frame frame; /* back: the place */
	const uint64_t *reached;
};

struct search {
	const struct reach_query *query;
	uint16_t *live;
	uint32_t *numbers; /* by instruction: which poisoned one it is + 1; 0: none */
	size_t words;	   /* of a set */
	uint64_t *empty;
	struct arena arena;
	struct place **slots;
	uint32_t state_count;
	uint64_t steps;
	uint32_t depth;
	bool failed;
};

static void search_free(struct search *search)
{
	free(search->live);
	free(search->numbers);
	free(search->slots);
	arena_free(&search->arena);
}

/* --- states ----------------------------------------------------------------------------------- */

/* Dead values go, and ids are numbered in order: states that differ in nothing else are equal. */
static void make_canonical(const struct search *search, struct frame *frame)
{
	struct machine *machine = &frame->machine;
	uint16_t live = search->live[frame->back] | 1 << 10;
	uint32_t old[MACHINE_REGISTERS + MACHINE_SLOTS], count = 0;

	for (size_t i = 0; i < MACHINE_REGISTERS + MACHINE_SLOTS; i++) {
		bool is_register = i < MACHINE_REGISTERS;
		struct value *value = is_register ? &machine->registers[i]
						  : &machine->slots[i - MACHINE_REGISTERS];
		uint32_t id = 0;

		if (is_register && !(live >> i & 1))
			*value = VALUE_NOTHING;
		if (value->kind == VALUE_CONSTANT)
			value->id = 0;
		if (value->kind != VALUE_FREE && value->kind != VALUE_OR_NULL)
			continue;
		while (id < count && old[id] != value->id)
			id++;
		if (id == count)
			old[count++] = value->id;
		value->id = id + 1;
	}
	machine->next_id = count + 1;
}

static uint64_t hash_frame(const struct frame *frame)
{
	const unsigned char *bytes = (const unsigned char *)frame;
	uint64_t hash = 0;

	for (size_t i = 0; i + 8 <= sizeof(*frame); i += 8) {
		uint64_t word;

		memcpy(&word, bytes + i, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return hash ^ hash >> 32;
}

/* The place with this state, new with nothing reached; NULL: the limit, or no memory. */
static struct place *find_place(struct search *search, const struct frame *frame, bool *ret_is_new)
{
	uint64_t slot = hash_frame(frame);
	struct place *place;

	*ret_is_new = false;
	for (;; slot++) {
		place = search->slots[slot % SLOT_COUNT];
		if (!place)
			break;
		if (memcmp(&place->frame, frame, sizeof(*frame)) == 0)
			return place;
	}
	if (search->state_count == STATES_MAX)
		return NULL;
	place = arena_alloc(&search->arena, sizeof(*place));
	if (!place) {
		search->failed = true;
		return NULL;
	}
	memcpy(&place->frame, frame, sizeof(*frame));
	place->reached = search->empty;
	search->slots[slot % SLOT_COUNT] = place;
	search->state_count++;
	*ret_is_new = true;
	return place;
}

/* --- sets ------------------------------------------------------------------------------------- */

static void unite(struct search *search, uint64_t *set, const uint64_t *other)
{
	for (size_t i = 0; i < search->words; i++)
		set[i] |= other[i];
}

static void unite_common(struct search *search, uint64_t *set, const uint64_t *a, const uint64_t *b)
{
	for (size_t i = 0; i < search->words; i++)
		set[i] |= a[i] & b[i];
}

/* --- ways ------------------------------------------------------------------------------------- */

static const uint64_t *explore(struct search *search, const struct frame *from);

static const uint64_t *explore_side(struct search *search, const struct frame *frame, uint32_t at,
				    bool is_taken)
{
	const struct bpf_code *code = search->query->code;
	const struct bpf_code_function *function = bpf_code_function_at(code, at);
	struct frame side = *frame;

	side.back = is_taken ? bpf_code_jump_target(code, function, at) : at + 1;
	if (side.back == BPF_CODE_NONE)
		return search->empty;
	machine_follow(&side.machine, &code->insns[at], is_taken);
	return explore(search, &side);
}

static void branch(struct search *search, const struct frame *frame, uint32_t at, uint64_t *set)
{
	struct jump_outcome outcome =
		machine_jump(&frame->machine, &search->query->code->insns[at]);
	const uint64_t *taken = NULL, *falls = NULL;

	if (!outcome.is_decided) {
		bool both = outcome.can_take == outcome.can_fall;

		if (both || outcome.can_take)
			taken = explore_side(search, frame, at, true);
		if (both || outcome.can_fall)
			falls = explore_side(search, frame, at, false);
	} else if (outcome.is_taken) {
		taken = explore_side(search, frame, at, true);
	} else {
		falls = explore_side(search, frame, at, false);
	}
	if (taken && falls && !outcome.can_take && !outcome.can_fall) {
		unite_common(search, set, taken, falls);
		return;
	}
	if (taken)
		unite(search, set, taken);
	if (falls)
		unite(search, set, falls);
}

/* The caller is kept; the new frame starts in the function. False: over a limit. */
static bool enter(struct search *search, struct frame *frame, uint32_t at)
{
	uint32_t target = search->query->code->insns[at].target;
	struct frame *caller = arena_alloc(&search->arena, sizeof(*caller));
	struct frame called;
	struct place *place;
	bool is_new;

	if (!caller || target == BPF_CODE_NONE || frame->depth + 1 >= FRAMES_MAX) {
		search->failed |= !caller;
		return false;
	}
	memset(&called, 0, sizeof(called));
	memcpy(caller, frame, sizeof(*caller));
	machine_enter(&caller->machine, &called.machine);
	caller->back = at + 1;
	make_canonical(search, caller);
	/* One copy of equal callers: their addresses are compared. Nobody asks this place for
	 * what it reaches. */
	caller->depth |= UINT32_C(1) << 31;
	place = find_place(search, caller, &is_new);
	if (!place)
		return false;
	called.caller = &place->frame;
	called.depth = frame->depth + 1;
	called.back = target;
	memcpy(frame, &called, sizeof(called));
	return true;
}

/* Back to the caller; false: the program ends. */
static bool leave(struct frame *frame)
{
	struct value result = frame->machine.registers[0];
	const struct frame *caller = frame->caller;
	uint32_t next_id = frame->machine.next_id;

	if (!caller)
		return false;
	memcpy(frame, caller, sizeof(*frame));
	frame->depth &= ~(UINT32_C(1) << 31);
	/* Ids were numbered anew, so a number that may be anything cannot keep its id. */
	if (result.kind == VALUE_FREE || result.kind == VALUE_OR_NULL)
		result.id = frame->machine.next_id > next_id ? frame->machine.next_id : next_id;
	else if (result.kind == VALUE_FRAME || result.kind == VALUE_SOMEWHERE)
		result = VALUE_NOTHING;
	frame->machine.next_id += next_id + 1;
	frame->machine.registers[0] = result;
	return true;
}

/* Until the next jump that is not decided by itself, or the end. */
static void walk(struct search *search, struct frame *frame, uint64_t *set)
{
	const struct bpf_code *code = search->query->code;
	const struct bpf_code_function *function = bpf_code_function_at(code, frame->back);

	while (function && frame->back - function->first < function->count) {
		uint32_t at = frame->back;

		if (search->steps++ >= STEPS_MAX)
			return;
		if (search->numbers[at])
			set[(search->numbers[at] - 1) / 64] |= UINT64_C(1)
							       << (search->numbers[at] - 1) % 64;
		frame->back = at + reach_width(&code->insns[at]);
		switch (reach_next(search->query, at)) {
		case REACH_NEXT_EXIT:
			if (!leave(frame))
				return;
			function = bpf_code_function_at(code, frame->back);
			break;
		case REACH_NEXT_JUMP:
			frame->back = bpf_code_jump_target(code, function, at);
			if (frame->back == BPF_CODE_NONE)
				return;
			unite(search, set, explore(search, frame));
			return;
		case REACH_NEXT_BRANCH:
			branch(search, frame, at, set);
			return;
		case REACH_NEXT_CALL:
			if (!enter(search, frame, at))
				return;
			function = bpf_code_function_at(code, frame->back);
			break;
		case REACH_NEXT_HELPER:
			machine_call(&frame->machine, search->query, at);
			break;
		default:
			machine_step(&frame->machine, search->query, at);
		}
	}
}

static const uint64_t *explore(struct search *search, const struct frame *from)
{
	struct frame frame;
	struct place *place;
	uint64_t *set;
	bool is_new;

	memcpy(&frame, from, sizeof(frame));
	make_canonical(search, &frame);
	place = find_place(search, &frame, &is_new);
	if (!place)
		return search->empty;
	if (!is_new || search->depth >= DEPTH_MAX)
		return place->reached;
	set = arena_alloc(&search->arena, search->words * sizeof(*set));
	if (!set) {
		search->failed = true;
		return search->empty;
	}
	search->depth++;
	walk(search, &frame, set);
	search->depth--;
	place->reached = set;
	return set;
}

/* --- the whole program ------------------------------------------------------------------------ */

static size_t number_poisoned(struct search *search, const uint8_t *seen)
{
	size_t count = 0;

	for (uint32_t i = 0; i < search->query->code->insn_count && count < POISONED_MAX; i++)
		if (seen[i] && search->query->relocated[i].change == REACH_POISONED)
			search->numbers[i] = ++count;
	return count;
}

int must_reach(const struct reach_query *query, const uint8_t *seen, uint8_t *ret_answers)
{
	uint32_t count = query->code->insn_count;
	_cleanup_(search_free) struct search search = {
		.query = query,
		.live = live_registers(query, seen),
		.numbers = calloc(count + 1, sizeof(*search.numbers)),
		.slots = calloc(SLOT_COUNT, sizeof(struct place *)),
	};
	struct frame start;
	const uint64_t *reached;
	size_t poisoned;

	if (!search.live || !search.numbers || !search.slots)
		return -ENOMEM;
	poisoned = number_poisoned(&search, seen);
	if (!poisoned)
		return 0;
	search.words = (poisoned + 63) / 64;
	search.empty = arena_alloc(&search.arena, search.words * sizeof(*search.empty));
	if (!search.empty)
		return -ENOMEM;
	memset(&start, 0, sizeof(start));
	machine_start(&start.machine, true);
	start.back = query->program->first;
	reached = explore(&search, &start);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = search.numbers[i];

		if (number && reached[(number - 1) / 64] >> (number - 1) % 64 & 1)
			ret_answers[i] = REACH_YES;
	}
	return search.failed ? -ENOMEM : 0;
}
