/* SPDX-License-Identifier: MIT */
/*
 * In: the objects' code and their relocation sites. Out: the programs, each with the sites that
 * are loaded with it.
 */
#include "embedder/compat/compat.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/compat/compat_parts.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

static void free_program(struct compat_program *program)
{
	for (size_t i = 0; i < program->variant_count; i++)
		free(program->variants[i]);
	free(program->variants);
	free(program->classes);
	free(program->needs);
	free(program->uses);
	free(program->sites);
	free(program->insns);
}

void compat_free(struct compat *compat)
{
	for (size_t i = 0; i < compat->program_count; i++)
		free_program(&compat->programs[i]);
	for (size_t i = 0; i < compat->kernel_count; i++)
		compat_kernel_free(&compat->kernels[i]);
	free(compat->objects);
	free(compat->programs);
	free(compat->kernels);
	feature_list_free(&compat->features);
	free(compat->is_seen);
	*compat = (struct compat){0};
}

/* --- which functions are loaded with a program ------------------------------------------------ */

/* Marks a function and all that it calls or takes the address of. */
static int mark_functions(const struct bpf_code *code, const struct bpf_code_function *from,
			  uint8_t *marked)
{
	_cleanup_free_ uint32_t *waiting = calloc(code->function_count + 1, sizeof(*waiting));
	uint32_t count = 0;

	if (!waiting)
		return -ENOMEM;
	memset(marked, 0, code->function_count);
	marked[from - code->functions] = true;
	waiting[count++] = (uint32_t)(from - code->functions);
	while (count) {
		const struct bpf_code_function *function = &code->functions[waiting[--count]];

		for (uint32_t i = function->first; i < function->first + function->count; i++) {
			const struct bpf_code_insn *insn = &code->insns[i];
			const struct bpf_code_function *called = NULL;

			if (insn->reference == BPF_REFERENCE_FUNCTION &&
			    insn->target != BPF_CODE_NONE)
				called = bpf_code_function_at(code, insn->target);
			if (!called || marked[called - code->functions])
				continue;
			marked[called - code->functions] = true;
			waiting[count++] = (uint32_t)(called - code->functions);
		}
	}
	return 0;
}

/* --- which sites ------------------------------------------------------------------------------ */

/* By site of the object: its instruction, or BPF_CODE_NONE. */
static uint32_t *find_insns(const struct request_set *set, const struct relo_object *object,
			    const struct bpf_code *code)
{
	uint32_t *insns = calloc((size_t)object->relocation_count + 1, sizeof(*insns));

	for (uint32_t i = 0; insns && i < object->relocation_count; i++) {
		const struct relo_site *site = &set->sites[object->first_site + i];

		insns[i] = bpf_code_find(code, object->strings + site->section,
					 site->instruction_offset);
	}
	return insns;
}

static int add_sites(struct compat_program *program, const struct relo_object *object,
		     const struct bpf_code *code, const uint32_t *insns, const uint8_t *marked)
{
	program->sites = calloc((size_t)object->relocation_count + 1, sizeof(*program->sites));
	program->insns = calloc((size_t)object->relocation_count + 1, sizeof(*program->insns));
	if (!program->sites || !program->insns)
		return -ENOMEM;
	for (uint32_t i = 0; i < object->relocation_count; i++) {
		const struct bpf_code_function *function =
			insns[i] == BPF_CODE_NONE ? NULL : bpf_code_function_at(code, insns[i]);

		if (!function || !marked[function - code->functions])
			continue;
		program->sites[program->site_count] = (uint32_t)(object->first_site + i);
		program->insns[program->site_count++] = insns[i];
	}
	return 0;
}

static int add_program(struct compat *compat, uint32_t object,
		       const struct bpf_code_function *function, const uint32_t *insns,
		       uint8_t *marked)
{
	const struct bpf_code *code = &compat->codes[object];
	struct compat_program *program;
	int err;

	if (array_reserve(compat->programs, compat->program_capacity, compat->program_count + 1))
		return -ENOMEM;
	program = &compat->programs[compat->program_count++];
	*program = (struct compat_program){
		.object = object,
		.function = function,
		.section = code->sections[function->section].name,
	};
	program->kind = program_kind_find(program->section);
	program->target = program_kind_target(program->kind, program->section);
	err = mark_functions(code, function, marked);
	if (!err)
		err = add_sites(program, &compat->set->objects[object], code, insns, marked);
	if (!err)
		err = compat_add_needs(compat, program, marked);
	return err ? err : compat_find_arguments(compat, program);
}

static int add_object(struct compat *compat, uint32_t number)
{
	const struct request_set *set = compat->set;
	const struct relo_object *object = &set->objects[number];
	const struct bpf_code *code = &compat->codes[number];
	_cleanup_free_ uint32_t *insns = find_insns(set, object, code);
	_cleanup_free_ uint8_t *marked = calloc(code->function_count + 1, 1);

	if (!insns || !marked)
		return -ENOMEM;
	compat->objects[number] = (struct compat_object){
		.name = object->name,
		.first_program = compat->program_count,
	};
	for (uint32_t i = 0; i < code->function_count; i++) {
		int err = code->functions[i].is_program
				  ? add_program(compat, number, &code->functions[i], insns, marked)
				  : 0;

		if (err)
			return err;
	}
	compat->objects[number].program_count =
		compat->program_count - compat->objects[number].first_program;
	return 0;
}

int compat_init(struct compat *compat, const struct request_set *set, const struct bpf_code *codes)
{
	*compat = (struct compat){.set = set, .codes = codes};
	compat->objects = calloc(set->object_count + 1, sizeof(*compat->objects));
	if (!compat->objects)
		return -ENOMEM;
	for (size_t i = 0; i < set->object_count; i++) {
		int err = add_object(compat, (uint32_t)i);

		if (err)
			return err;
		compat->object_count++;
	}
	return 0;
}

/* --- results ---------------------------------------------------------------------------------- */

const struct compat_variant *compat_variant(const struct compat *compat, size_t number,
					    size_t kernel)
{
	const struct compat_program *program = &compat->programs[number];

	if (compat->kernels[kernel].error)
		return NULL;
	return program->variants[program->classes[compat->kernels[kernel].class]];
}

enum compat_state compat_object_state(const struct compat *compat, size_t number, size_t kernel)
{
	const struct compat_object *object = &compat->objects[number];
	enum compat_state worst = COMPAT_WORKS;

	if (compat->kernels[kernel].error)
		return COMPAT_NO_ANSWER;
	for (size_t i = 0; i < object->program_count; i++) {
		size_t program = object->first_program + i;
		enum compat_state state = compat_variant(compat, program, kernel)->state;

		if (state > worst && !compat_is_optional(&compat->programs[program]))
			worst = state;
	}
	return worst;
}
