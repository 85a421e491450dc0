/* SPDX-License-Identifier: MIT */
/*
 * In: the verdicts of one column on one program's sites. Out: the state of each site, and of the
 * program.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/compat/compat_parts.h"
#include "embedder/reach/reach.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

/* Of one object. */
struct judging {
	const struct compat *compat;
	const struct bpf_code *code;
	struct reach_relocated *relocated; /* by instruction */
	uint8_t *answers;
	uint32_t *guards;
	bool has_stack_constants;
};

static void judging_free(struct judging *judging)
{
	free(judging->relocated);
	free(judging->answers);
	free(judging->guards);
}

/* --- one program in one column ---------------------------------------------------------------- */

static const struct verdict *verdict_of(const struct compat *compat, uint32_t site, uint32_t column)
{
	const struct request *request = request_set_of_site(compat->set, site);

	return request ? matrix_column_verdict(compat->matrix, request->number, column) : NULL;
}

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
	return a == b || (a && b && a->outcome == b->outcome && a->value == b->value &&
			  a->refusal == b->refusal && a->reached == b->reached &&
			  a->candidates == b->candidates && a->matches == b->matches);
}

/* The variant with the verdicts and facts of a kernel; -1: there is none yet. */
static int64_t find_variant(const struct compat *compat, const struct compat_program *program,
			    const struct compat_kernel *kernel)
{
	for (size_t i = 0; i < program->variant_count; i++) {
		const struct compat_variant *variant = program->variants[i];
		size_t site = 0, need = 0;

		if (program->asks_version && variant->version != kernel->version)
			continue;

		while (site < program->site_count &&
		       same_verdict(variant->verdicts[site],
				    verdict_of(compat, program->sites[site], kernel->column)))
			site++;
		while (need < program->need_count &&
		       variant->facts[need] == kernel->facts[program->needs[need].feature])
			need++;
		if (site == program->site_count && need == program->need_count)
			return (int64_t)i;
	}
	return -1;
}

/* One piece of memory for all of it. */
static struct compat_variant *new_variant(size_t sites, size_t needs)
{
	struct compat_variant *variant = calloc(
		1, sizeof(*variant) +
			   sites * (sizeof(variant->verdicts[0]) + sizeof(variant->guards[0]) + 1) +
			   2 * needs);

	if (variant) {
		variant->verdicts = (const struct verdict **)(variant + 1);
		variant->guards = (uint32_t *)(variant->verdicts + sites);
		variant->sites = (uint8_t *)(variant->guards + sites);
		variant->facts = variant->sites + sites;
		variant->needs = variant->facts + needs;
	}
	return variant;
}

/* What a verdict alone says; a missing one counts as reached until the search has answered. */
static enum compat_site_state state_of_verdict(const struct verdict *verdict)
{
	switch (verdict ? verdict->outcome : VERDICT_FOUND) {
	case VERDICT_FOUND:
		return COMPAT_SITE_FOUND;
	case VERDICT_ABSENT:
		return COMPAT_SITE_ABSENT;
	case VERDICT_MISSING:
		return COMPAT_SITE_REACHED;
	case VERDICT_AMBIGUOUS:
		return COMPAT_SITE_AMBIGUOUS;
	default:
		return COMPAT_SITE_REFUSED;
	}
}

static void relocate(struct reach_relocated *relocated, const struct verdict *verdict)
{
	*relocated = (struct reach_relocated){.change = REACH_AS_IT_IS};
	if (!verdict)
		return;
	relocated->value = verdict->value;
	if (verdict->outcome == VERDICT_FOUND || verdict->outcome == VERDICT_ABSENT)
		relocated->change = REACH_WRITTEN;
	else if (verdict->outcome == VERDICT_MISSING)
		relocated->change = REACH_POISONED;
}

/* The site at an instruction, or UINT32_MAX. */
static uint32_t site_at(const struct compat_program *program, uint32_t insn)
{
	for (size_t i = 0; insn != BPF_CODE_NONE && i < program->site_count; i++)
		if (program->insns[i] == insn)
			return program->sites[i];
	return UINT32_MAX;
}

/* A call of what the kernel does not have is as invalid as a poisoned instruction. */
static void poison_calls(struct judging *judging, const struct compat_program *program,
			 const struct compat_variant *variant)
{
	for (size_t i = 0; i < program->need_count; i++) {
		const struct compat_need *need = &program->needs[i];

		for (uint32_t k = 0; variant->needs[i] == COMPAT_NEED_UNMET && k < need->count; k++)
			judging->relocated[program->uses[need->first + k].insn].change =
				REACH_POISONED;
	}
}

static void take_calls(const struct judging *judging, const struct compat_program *program,
		       struct compat_variant *variant)
{
	for (size_t i = 0; i < program->need_count; i++) {
		const struct compat_need *need = &program->needs[i];
		enum reach_answer worst = REACH_NO;

		if (variant->needs[i] != COMPAT_NEED_UNMET || !need->count)
			continue;
		for (uint32_t k = 0; k < need->count; k++)
			if (judging->answers[program->uses[need->first + k].insn] > worst)
				worst = judging->answers[program->uses[need->first + k].insn];
		if (worst != REACH_YES)
			variant->needs[i] =
				worst == REACH_NO ? COMPAT_NEED_UNREACHED : COMPAT_NEED_DOUBTFUL;
	}
}

static int find_reached(struct judging *judging, const struct compat_program *program,
			struct compat_variant *variant)
{
	struct reach_query query = {
		.code = judging->code,
		.program = program->function,
		.relocated = judging->relocated,
		.has_plain_context = program->kind->has_plain_context,
		.kernel_version = variant->version,
		.has_stack_constants = judging->has_stack_constants,
	};
	int err;

	memset(judging->relocated, 0, judging->code->insn_count * sizeof(*judging->relocated));
	for (size_t i = 0; i < program->site_count; i++)
		relocate(&judging->relocated[program->insns[i]], variant->verdicts[i]);
	poison_calls(judging, program, variant);
	err = reach_find(&query, judging->answers, judging->guards);
	if (!err)
		take_calls(judging, program, variant);
	for (size_t i = 0; !err && i < program->site_count; i++) {
		uint32_t insn = program->insns[i];

		if (variant->sites[i] != COMPAT_SITE_REACHED)
			continue;
		if (judging->answers[insn] == REACH_NO) {
			variant->sites[i] = COMPAT_SITE_UNREACHED;
			variant->guards[i] = site_at(program, judging->guards[insn]);
		} else if (judging->answers[insn] == REACH_MAYBE) {
			variant->sites[i] = COMPAT_SITE_MAYBE;
		}
	}
	return err;
}

enum compat_state compat_state_of_site(enum compat_site_state state)
{
	switch (state) {
	case COMPAT_SITE_FOUND:
	case COMPAT_SITE_ABSENT:
		return COMPAT_WORKS;
	case COMPAT_SITE_UNREACHED:
		return COMPAT_GUARDED;
	case COMPAT_SITE_MAYBE:
		return COMPAT_UNSURE;
	default:
		return COMPAT_BREAKS;
	}
}

enum compat_state compat_state_of_need(enum compat_need_state state)
{
	switch (state) {
	case COMPAT_NEED_UNKNOWN:
	case COMPAT_NEED_MET:
		return COMPAT_WORKS;
	case COMPAT_NEED_UNREACHED:
		return COMPAT_GUARDED;
	case COMPAT_NEED_DOUBTFUL:
		return COMPAT_UNSURE;
	case COMPAT_NEED_FOREIGN:
		return COMPAT_NO_ANSWER;
	default:
		return COMPAT_BREAKS;
	}
}

static void find_worst(const struct compat_program *program, struct compat_variant *variant)
{
	for (size_t i = 0; i < program->site_count + program->need_count; i++) {
		enum compat_state state =
			i < program->site_count
				? compat_state_of_site(variant->sites[i])
				: compat_state_of_need(variant->needs[i - program->site_count]);

		if (state > variant->state)
			variant->state = state;
	}
}

static int add_variant(struct judging *judging, struct compat_program *program,
		       const struct compat_kernel *kernel)
{
	struct compat_variant *variant = new_variant(program->site_count, program->need_count);
	bool is_missing = false;
	int err = 0;

	if (!variant || array_reserve(program->variants, program->variant_capacity,
				      program->variant_count + 1)) {
		free(variant);
		return -ENOMEM;
	}
	program->variants[program->variant_count++] = variant;
	variant->version = program->asks_version ? kernel->version : 0;
	for (size_t i = 0; i < program->site_count; i++) {
		variant->verdicts[i] =
			verdict_of(judging->compat, program->sites[i], kernel->column);
		variant->sites[i] = state_of_verdict(variant->verdicts[i]);
		variant->guards[i] = UINT32_MAX;
		is_missing |= variant->sites[i] == COMPAT_SITE_REACHED;
	}
	for (size_t i = 0; i < program->need_count; i++) {
		variant->facts[i] = kernel->facts[program->needs[i].feature];
		variant->needs[i] =
			compat_judge_need(judging->compat, program, &program->needs[i], kernel);
		is_missing |= variant->needs[i] == COMPAT_NEED_UNMET && program->needs[i].count;
	}
	if (is_missing)
		err = find_reached(judging, program, variant);
	find_worst(program, variant);
	return err;
}

/* --- all of it -------------------------------------------------------------------------------- */

static int judge_program(struct judging *judging, struct compat_program *program)
{
	const struct compat *compat = judging->compat;
	size_t next = 0; /* class; they are numbered in the order of the kernels */

	program->classes = calloc(compat->class_count + 1, sizeof(*program->classes));
	if (!program->classes)
		return -ENOMEM;
	for (size_t i = 0; i < compat->kernel_count && next < compat->class_count; i++) {
		const struct compat_kernel *kernel = &compat->kernels[i];
		int64_t number;

		if (kernel->error || kernel->class != next)
			continue;
		number = find_variant(compat, program, kernel);
		if (number < 0) {
			int err = add_variant(judging, program, kernel);

			if (err)
				return err;
			number = (int64_t)program->variant_count - 1;
		}
		program->classes[next++] = (uint32_t)number;
	}
	return 0;
}

static int judge_object(struct compat *compat, size_t number)
{
	const struct compat_object *object = &compat->objects[number];
	const struct bpf_code *code = &compat->codes[number];
	_cleanup_(judging_free) struct judging judging = {
		.compat = compat,
		.code = code,
		.relocated = calloc(code->insn_count + 1, sizeof(*judging.relocated)),
		.answers = calloc(code->insn_count + 1, 1),
		.guards = calloc(code->insn_count + 1, sizeof(*judging.guards)),
		.has_stack_constants = compat_knows_stack_constants(compat),
	};
	int err = judging.relocated && judging.answers && judging.guards ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < object->program_count; i++)
		err = judge_program(&judging, &compat->programs[object->first_program + i]);
	return err;
}

int compat_judge(struct compat *compat, const struct matrix *matrix)
{
	int err;

	compat->matrix = matrix;
	compat_sort_kernels(compat);
	err = compat_note_seen(compat);
	if (!err)
		err = compat_check_arguments(compat);
	if (!err)
		err = compat_find_classes(compat);
	if (!err)
		err = compat_find_rows(compat);
	for (size_t i = 0; !err && i < compat->object_count; i++)
		err = judge_object(compat, i);
	return err;
}
