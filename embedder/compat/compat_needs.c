/* SPDX-License-Identifier: MIT */
/*
 * In: a program's section name and its instructions. Out: what it needs of a kernel besides types,
 * and what it means when a kernel does not have it.
 */
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/compat/compat_parts.h"
#include "runtime/util/array.h"

/* Notes that an instruction has a need. */
static int add_use(struct compat_program *program, uint32_t need, uint32_t insn)
{
	if (array_reserve(program->uses, program->use_capacity, program->use_count + 1))
		return -ENOMEM;
	program->uses[program->use_count++] = (struct compat_use){need, insn};
	return 0;
}

/* The number of a need, which is added if it is new; or -ENOMEM. */
static int64_t add_need(struct compat *compat, struct compat_program *program,
			enum feature_kind kind, const char *name)
{
	int64_t feature = feature_list_add(&compat->features, kind, name);

	if (feature < 0 ||
	    array_reserve(program->needs, program->need_capacity, program->need_count + 1))
		return -ENOMEM;
	for (size_t i = 0; i < program->need_count; i++)
		if (program->needs[i].feature == (uint32_t)feature)
			return (int64_t)i;
	program->needs[program->need_count] = (struct compat_need){.feature = (uint32_t)feature};
	return (int64_t)program->need_count++;
}

/* --- from instructions ------------------------------------------------------------------------ */

/* What an instruction needs; false: nothing. */
static bool need_of(const struct bpf_code *code, const struct bpf_code_insn *insn,
		    enum feature_kind *ret_kind, const char **ret_name)
{
	bool is_call = insn->code == (BPF_JMP | BPF_CALL);

	if (is_call && !insn->src) {
		*ret_kind = FEATURE_HELPER;
		*ret_name = feature_helper_name(insn->imm);
	} else if (is_call && insn->reference == BPF_REFERENCE_EXTERN) {
		*ret_kind = FEATURE_KFUNC;
		*ret_name = code->symbols[insn->target];
	} else if (insn->reference == BPF_REFERENCE_MAP) {
		*ret_kind = FEATURE_MAP_TYPE;
		*ret_name = feature_map_type_name(code->symbol_types[insn->target]);
	} else {
		return false;
	}
	return *ret_name && **ret_name;
}

/* A call may never be reached, so its places are kept; a map is made before the verifier looks at
 * anything. */
static int add_from_insns(struct compat *compat, struct compat_program *program,
			  const struct bpf_code *code, const uint8_t *marked)
{
	for (uint32_t f = 0; f < code->function_count; f++) {
		const struct bpf_code_function *function = &code->functions[f];

		for (uint32_t i = 0; marked[f] && i < function->count; i++) {
			enum feature_kind kind;
			const char *name;
			int64_t need;

			if (!need_of(code, &code->insns[function->first + i], &kind, &name))
				continue;
			need = add_need(compat, program, kind, name);
			if (need < 0)
				return (int)need;
			if (kind != FEATURE_MAP_TYPE &&
			    add_use(program, (uint32_t)need, function->first + i))
				return -ENOMEM;
		}
	}
	return 0;
}

static int compare_uses(const void *a, const void *b)
{
	const struct compat_use *x = a, *y = b;

	if (x->need != y->need)
		return x->need < y->need ? -1 : 1;
	return x->insn < y->insn ? -1 : x->insn > y->insn;
}

/* Groups the instructions by need. */
static void sort_uses(struct compat_program *program)
{
	if (program->use_count)
		qsort(program->uses, program->use_count, sizeof(*program->uses), compare_uses);
	for (size_t i = 0; i < program->use_count; i++) {
		struct compat_need *need = &program->needs[program->uses[i].need];

		if (!need->count++)
			need->first = (uint32_t)i;
	}
}

/* --- from the section name -------------------------------------------------------------------- */

/* "tcp_connect" of "tcp_connect+0x10"; a pattern names no function. */
static int64_t add_function(struct compat *compat, struct compat_program *program,
			    const char *prefix)
{
	char name[256];
	size_t length = strcspn(program->target, "+");

	if (!length || program->target[strcspn(program->target, "*?/")])
		return 0;
	snprintf(name, sizeof(name), "%s%.*s", prefix, (int)length, program->target);
	return add_need(compat, program, FEATURE_FUNCTION, name);
}

/* "sched_switch" of "sched/sched_switch". Those of system calls have no type of their own. */
static int64_t add_tracepoint(struct compat *compat, struct compat_program *program)
{
	const char *name = strrchr(program->target, '/');

	name = name ? name + 1 : program->target;
	if (!*name || strncmp(program->target, "syscalls/", 9) == 0)
		return 0;
	return add_need(compat, program, FEATURE_TRACEPOINT, name);
}

static int64_t add_target(struct compat *compat, struct compat_program *program)
{
	switch (program->kind->target) {
	case PROGRAM_TARGET_FUNCTION:
	case PROGRAM_TARGET_TYPED_FUNCTION:
		return add_function(compat, program, "");
	case PROGRAM_TARGET_LSM:
		return add_function(compat, program, "bpf_lsm_");
	case PROGRAM_TARGET_ITERATOR:
		return add_function(compat, program, "bpf_iter_");
	case PROGRAM_TARGET_TRACEPOINT:
	case PROGRAM_TARGET_RAW_TRACEPOINT:
	case PROGRAM_TARGET_TYPED_TRACEPOINT:
		return add_tracepoint(compat, program);
	default:
		return 0;
	}
}

static bool calls_kernel(const struct compat *compat, const struct compat_program *program)
{
	for (size_t i = 0; i < program->need_count; i++)
		if (compat->features.list[program->needs[i].feature].kind == FEATURE_KFUNC)
			return true;
	return false;
}

static bool asks_version(const struct bpf_code *code, const uint8_t *marked)
{
	for (uint32_t f = 0; f < code->function_count; f++) {
		const struct bpf_code_function *function = &code->functions[f];

		for (uint32_t i = 0; marked[f] && i < function->count; i++) {
			const struct bpf_code_insn *insn = &code->insns[function->first + i];

			if (insn->reference == BPF_REFERENCE_EXTERN &&
			    strcmp(code->symbols[insn->target], "LINUX_KERNEL_VERSION") == 0)
				return true;
		}
	}
	return false;
}

int compat_add_needs(struct compat *compat, struct compat_program *program, const uint8_t *marked)
{
	const struct bpf_code *code = &compat->codes[program->object];
	const struct program_kind *kind = program->kind;
	int64_t result = add_from_insns(compat, program, code, marked);

	sort_uses(program);
	program->asks_version = asks_version(code, marked);
	compat->asks_version |= program->asks_version;
	if (result >= 0 && *kind->type)
		result = add_need(compat, program, FEATURE_PROGRAM_TYPE, kind->type);
	if (result >= 0 && *kind->attach)
		result = add_need(compat, program, FEATURE_ATTACH_TYPE, kind->attach);
	if (result >= 0 && (kind->needs_own_btf || calls_kernel(compat, program)))
		result = add_need(compat, program, FEATURE_OWN_BTF, "");
	if (result >= 0)
		result = add_need(compat, program, FEATURE_BYTE_ORDER,
				  code->big_endian ? "big-endian" : "little-endian");
	if (result >= 0)
		result = add_target(compat, program);
	return result < 0 ? (int)result : 0;
}

/* --- what a missing one means ----------------------------------------------------------------- */

int compat_note_seen(struct compat *compat)
{
	compat->is_seen = calloc(compat->features.count + 1, sizeof(*compat->is_seen));
	if (!compat->is_seen)
		return -ENOMEM;
	for (size_t i = 0; i < compat->kernel_count; i++)
		for (size_t k = 0; !compat->kernels[i].error && k < compat->features.count; k++)
			compat->is_seen[k] |= compat->kernels[i].facts[k] == FACT_PRESENT;
	return 0;
}

static bool has_several_series(const struct compat *compat)
{
	const char *first = NULL;

	for (size_t i = 0; i < compat->kernel_count; i++) {
		if (compat->kernels[i].error)
			continue;
		if (first && strcmp(first, compat->kernels[i].series) != 0)
			return true;
		first = compat->kernels[i].series;
	}
	return false;
}

enum compat_need_state compat_judge_need(const struct compat *compat,
					 const struct compat_program *program,
					 const struct compat_need *need,
					 const struct compat_kernel *kernel)
{
	enum fact fact = kernel->facts[need->feature];

	if (fact != FACT_ABSENT)
		return fact == FACT_UNKNOWN   ? COMPAT_NEED_UNKNOWN
		       : fact == FACT_PRESENT ? COMPAT_NEED_MET
		       : compat_reads_other(compat, program, need->feature, kernel)
			       ? COMPAT_NEED_DOUBTFUL
			       : COMPAT_NEED_MET;
	switch (compat->features.list[need->feature].kind) {
	case FEATURE_FUNCTION:
	case FEATURE_TRACEPOINT:
		/* A name that no kernel has: the loader sets the target. */
		if (!compat->is_seen[need->feature] && has_several_series(compat))
			return COMPAT_NEED_UNKNOWN;
		return COMPAT_NEED_DOUBTFUL;
	case FEATURE_BYTE_ORDER:
		return COMPAT_NEED_FOREIGN;
	case FEATURE_KFUNC: /* a module may have it */
		return COMPAT_NEED_DOUBTFUL;
	default:
		return COMPAT_NEED_UNMET;
	}
}
