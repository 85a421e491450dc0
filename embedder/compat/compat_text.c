/* SPDX-License-Identifier: MIT */
#include "embedder/compat/compat_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/compat/compat_changes.h"
#include "embedder/compat/compat_parts.h"
#include "embedder/matrix/verdict_text.h"
#include "embedder/relo/relo_text.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

const char *compat_state_name(enum compat_state state)
{
	static const char *const names[] = {"works", "guarded", "unsure", "breaks", "no answer"};

	return names[state];
}

const char *compat_site_state_name(enum compat_site_state state)
{
	static const char *const names[] = {"found",   "absent",    "unreached", "maybe",
					    "reached", "ambiguous", "refused"};

	return names[state];
}

int compat_place_text(const struct compat *compat, uint32_t site, char *buffer, size_t size)
{
	const struct relo_site *place = &compat->set->sites[site];
	const struct relo_object *object = &compat->set->objects[place->object];

	if (place->line.file && place->line.line)
		return snprintf(buffer, size, "%s:%u", basename(object->strings + place->line.file),
				place->line.line);
	return snprintf(buffer, size, "%s+%u", object->strings + place->section,
			place->instruction_offset);
}

/* What the verifier makes of a poisoned instruction. */
static void reach_text(const struct compat *compat, const struct compat_variant *variant,
		       size_t site, char *buffer, size_t size)
{
	char place[512], access[512];

	switch (variant->sites[site]) {
	case COMPAT_SITE_REACHED:
		snprintf(buffer, size, "the verifier reaches this instruction and refuses it");
		return;
	case COMPAT_SITE_MAYBE:
		snprintf(buffer, size,
			 "whether the verifier reaches this instruction is not known");
		return;
	default:
		snprintf(buffer, size, "the verifier does not reach this instruction");
	}
	if (variant->guards[site] == UINT32_MAX)
		return;
	compat_place_text(compat, variant->guards[site], place, sizeof(place));
	site_access_text(compat->set, variant->guards[site], access, sizeof(access));
	snprintf(buffer, size, "the check of %s at %s keeps the verifier away", access, place);
}

int compat_site_text(const struct compat *compat, const struct compat_program *program,
		     const struct compat_variant *variant, size_t site, char *buffer, size_t size)
{
	const struct request *request = request_set_of_site(compat->set, program->sites[site]);
	char says[600], reach[1200];
	char *end;

	if (!variant->verdicts[site] || !request)
		return snprintf(buffer, size, "a type of the object's own");
	verdict_text(variant->verdicts[site], request, says, sizeof(says));
	if (variant->verdicts[site]->outcome != VERDICT_MISSING)
		return snprintf(buffer, size, "%s", says);
	end = strrchr(says, ';'); /* what libbpf does is known; what follows from it is asked */
	if (end)
		*end = '\0';
	reach_text(compat, variant, site, reach, sizeof(reach));
	return snprintf(buffer, size, "%s; %s", says, reach);
}

int compat_site_hint(const struct compat *compat, const struct compat_program *program,
		     const struct compat_variant *variant, size_t site, char *buffer, size_t size)
{
	const struct request *request = request_set_of_site(compat->set, program->sites[site]);
	size_t number = (size_t)(program - compat->programs), kernel = 0;

	buffer[0] = '\0';
	if (!request || !variant->verdicts[site] ||
	    variant->verdicts[site]->outcome != VERDICT_MISSING)
		return 0;
	while (kernel < compat->kernel_count && compat_variant(compat, number, kernel) != variant)
		kernel++;
	return kernel < compat->kernel_count
		       ? compat_hint_text(compat, request->number, kernel, buffer, size)
		       : 0;
}

/* --- needs ------------------------------------------------------------------------------------ */

const char *compat_need_state_name(enum compat_need_state state)
{
	static const char *const names[] = {"unknown",	"met",	 "unreached",
					    "doubtful", "unmet", "foreign"};

	return names[state];
}

static const char *missing_need_text(const struct feature *feature, enum compat_need_state state)
{
	switch (feature->kind) {
	case FEATURE_OWN_BTF:
		return "it needs BTF of the kernel itself, and this one has none; a BTF that is "
		       "given "
		       "or embedded does not help";
	case FEATURE_BYTE_ORDER:
		return "this kernel has the other one; compile the object for that with clang "
		       "-target bpfeb or bpfel";
	case FEATURE_FUNCTION:
		return "this kernel's BTF has no function of that name: it attaches only if a "
		       "module "
		       "has it, or the loader sets another target";
	case FEATURE_TRACEPOINT:
		return "this kernel's BTF has no tracepoint of that name: it attaches only if a "
		       "module has it, or the loader sets another target";
	case FEATURE_KFUNC:
		return "this kernel's BTF has no function of that name: it loads only if a module "
		       "has it";
	default:
		break;
	}
	switch (state) {
	case COMPAT_NEED_UNREACHED:
		return "this kernel does not have it; the verifier does not reach the call";
	case COMPAT_NEED_DOUBTFUL:
		return "this kernel does not have it; whether the verifier reaches the call is not "
		       "known";
	default:
		return "this kernel does not have it";
	}
}

/* The first kernel with a variant. */
static const struct compat_kernel *first_kernel(const struct compat *compat,
						const struct compat_program *program,
						const struct compat_variant *variant)
{
	size_t number = (size_t)(program - compat->programs);

	for (size_t i = 0; i < compat->kernel_count; i++)
		if (compat_variant(compat, number, i) == variant)
			return &compat->kernels[i];
	return NULL;
}

int compat_need_text(const struct compat *compat, const struct compat_program *program,
		     const struct compat_variant *variant, size_t need, char *buffer, size_t size)
{
	uint32_t number = program->needs[need].feature;
	const struct feature *feature = &compat->features.list[number];
	enum compat_need_state state = variant->needs[need];
	const struct compat_kernel *kernel = first_kernel(compat, program, variant);
	char since[64] = "", says[600] = "";
	int major, minor;

	if (feature_since(feature->kind, feature->name, &major, &minor))
		snprintf(since, sizeof(since), " (since Linux %d.%d)", major, minor);
	if (state > COMPAT_NEED_MET && variant->facts[need] == FACT_DIFFERENT && kernel)
		compat_argument_text(compat, program, number, kernel, says, sizeof(says));
	else if (state > COMPAT_NEED_MET)
		snprintf(says, sizeof(says), "%s", missing_need_text(feature, state));
	return snprintf(buffer, size, "%s%s%s%s%s%s", feature_kind_name(feature->kind),
			*feature->name ? " " : "", feature->name, since, *says ? ": " : "", says);
}

/* --- kernels ---------------------------------------------------------------------------------- */

char *compat_kernels_text(const struct compat *compat, const uint8_t *is_in)
{
	struct byte_buffer text = {0};

	for (size_t i = 0, end; i < compat->kernel_count; i = end) {
		const char *series = compat->kernels[i].series, *first = NULL;
		size_t all = 0, taken = 0;
		char part[512];

		for (end = i;
		     end < compat->kernel_count && strcmp(compat->kernels[end].series, series) == 0;
		     end++) {
			if (compat->kernels[end].error)
				continue;
			all++;
			taken += is_in[end];
			if (is_in[end] && !first)
				first = compat->kernels[end].name;
		}
		if (!taken)
			continue;
		if (taken == all && all > 1)
			snprintf(part, sizeof(part), "%s (all %zu)", series, all);
		else if (taken == 1)
			snprintf(part, sizeof(part), "%s", first);
		else
			snprintf(part, sizeof(part), "%s (%zu of %zu)", series, taken, all);
		if (text.size)
			byte_buffer_append(&text, ", ", 2);
		byte_buffer_append(&text, part, strlen(part));
	}
	byte_buffer_append_u8(&text, 0);
	if (byte_buffer_failed(&text)) {
		byte_buffer_free(&text);
		return NULL;
	}
	return (char *)text.data;
}

/* --- problems --------------------------------------------------------------------------------- */

void compat_problems_free(struct compat_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		free(problems->list[i].text);
		free(problems->list[i].hint);
		free(problems->list[i].is_in);
	}
	free(problems->list);
	*problems = (struct compat_problems){0};
}

/* Takes @text over. @is_in says which kernels have it. */
static int add_problem(const struct compat *compat, struct compat_problems *problems,
		       uint32_t program, enum compat_state state, char *text, const char *hint,
		       size_t first, const uint8_t *is_in)
{
	struct compat_problem *problem = NULL;

	/* The same cause in another variant of the program is the same problem. */
	for (size_t i = first; i < problems->count && !problem; i++)
		if (problems->list[i].state == state && strcmp(problems->list[i].text, text) == 0)
			problem = &problems->list[i];
	if (problem) {
		free(text);
	} else {
		if (array_reserve(problems->list, problems->capacity, problems->count + 1)) {
			free(text);
			return -ENOMEM;
		}
		problem = &problems->list[problems->count++];
		*problem = (struct compat_problem){
			.program = program,
			.state = state,
			.text = text,
			.hint = strdup(hint),
			.is_in = calloc(compat->kernel_count + 1, 1),
		};
		if (!problem->is_in || !problem->hint)
			return -ENOMEM;
	}
	for (size_t i = 0; i < compat->kernel_count; i++) {
		problem->kernel_count += is_in[i] && !problem->is_in[i];
		problem->is_in[i] |= is_in[i];
	}
	return 0;
}

static bool same_line(const struct request_set *set, uint32_t a, uint32_t b)
{
	const struct relo_site *x = &set->sites[a], *y = &set->sites[b];

	return x->line.line && x->line.line == y->line.line && x->line.file == y->line.file &&
	       x->line.function == y->line.function;
}

/* Reading one bit-field takes several relocations: the worst of a line says it all. */
static bool has_worse(const struct compat *compat, const struct compat_program *program,
		      const struct compat_variant *variant, size_t site)
{
	const struct request_set *set = compat->set;
	const struct local_relo *local = &set->locals[set->sites[program->sites[site]].local];

	for (size_t i = 0; i < program->site_count; i++) {
		const struct local_relo *other = &set->locals[set->sites[program->sites[i]].local];

		if (variant->sites[i] > variant->sites[site] && local->request && other->request &&
		    request_same_path(local->request, other->request) &&
		    same_line(set, program->sites[i], program->sites[site]))
			return true;
	}
	return false;
}

static int add_variant_problems(const struct compat *compat, struct compat_problems *problems,
				uint32_t number, const struct compat_variant *variant,
				enum compat_state least, size_t first, const uint8_t *is_in)
{
	const struct compat_program *program = &compat->programs[number];

	for (size_t i = 0; i < program->site_count; i++) {
		enum compat_state state = compat_state_of_site(variant->sites[i]);
		char place[512], says[2048], access[512], hint[700];
		char *text;
		int err;

		if (state < least || state == COMPAT_WORKS ||
		    has_worse(compat, program, variant, i))
			continue;
		compat_place_text(compat, program->sites[i], place, sizeof(place));
		site_access_text(compat->set, program->sites[i], access, sizeof(access));
		compat_site_text(compat, program, variant, i, says, sizeof(says));
		compat_site_hint(compat, program, variant, i, hint, sizeof(hint));
		if (asprintf(&text, "%s: %s: %s", place, access, says) < 0)
			return -ENOMEM;
		err = add_problem(compat, problems, number, state, text, hint, first, is_in);
		if (err)
			return err;
	}
	return 0;
}

static int add_need_problems(const struct compat *compat, struct compat_problems *problems,
			     uint32_t number, const struct compat_variant *variant,
			     enum compat_state least, size_t first, const uint8_t *is_in)
{
	const struct compat_program *program = &compat->programs[number];

	for (size_t i = 0; i < program->need_count; i++) {
		enum compat_state state = compat_state_of_need(variant->needs[i]);
		char says[1024];
		char *text;
		int err;

		if (state < least || state == COMPAT_WORKS || state == COMPAT_NO_ANSWER)
			continue;
		compat_need_text(compat, program, variant, i, says, sizeof(says));
		text = strdup(says);
		if (!text)
			return -ENOMEM;
		err = add_problem(compat, problems, number, state, text, "", first, is_in);
		if (err)
			return err;
	}
	return 0;
}

static int add_program_problems(const struct compat *compat, struct compat_problems *problems,
				uint32_t number, enum compat_state least)
{
	const struct compat_program *program = &compat->programs[number];
	_cleanup_free_ uint8_t *is_in = calloc(compat->kernel_count + 1, 1);
	size_t first = problems->count;

	if (!is_in)
		return -ENOMEM;
	for (size_t v = 0; v < program->variant_count; v++) {
		int err;

		for (size_t k = 0; k < compat->kernel_count; k++)
			is_in[k] = compat_variant(compat, number, k) == program->variants[v];
		err = add_variant_problems(compat, problems, number, program->variants[v], least,
					   first, is_in);
		if (!err)
			err = add_need_problems(compat, problems, number, program->variants[v],
						least, first, is_in);
		if (err)
			return err;
	}
	return 0;
}

static int compare_problems(const void *a, const void *b)
{
	const struct compat_problem *x = a, *y = b;

	if (x->state != y->state)
		return x->state > y->state ? -1 : 1;
	if (x->kernel_count != y->kernel_count)
		return x->kernel_count > y->kernel_count ? -1 : 1;
	if (x->program != y->program)
		return x->program < y->program ? -1 : 1;
	return strcmp(x->text, y->text);
}

int compat_problems_find(const struct compat *compat, enum compat_state least,
			 struct compat_problems *ret_problems)
{
	struct compat_problems problems = {0};

	for (size_t i = 0; i < compat->program_count; i++) {
		int err = add_program_problems(compat, &problems, (uint32_t)i, least);

		if (err) {
			compat_problems_free(&problems);
			return err;
		}
	}
	if (problems.count)
		qsort(problems.list, problems.count, sizeof(*problems.list), compare_problems);
	*ret_problems = problems;
	return 0;
}
