/* SPDX-License-Identifier: MIT */
/*
 * Do the functions and tracepoints that programs attach to have the arguments that the programs
 * read?
 *
 * Which ones a program reads is seen from its loads out of the context. The types of these are
 * compared with those on the newest kernel of the same machine: where one differs, the program gets
 * something else than there, and no relocation fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/compat/compat_parts.h"
#include "embedder/reach/reach.h"
#include "embedder/util/cleanup.h"

/* The words of struct pt_regs with the arguments of a function: x86_64's di, si, dx, cx, r8, r9 and
 * arm64's x0 to x7. The two have no word in common. */
static const struct {
	uint8_t word, argument;
} registers[] = {
	{14, 0}, {13, 1}, {12, 2}, {11, 3}, {9, 4}, {8, 5}, {0, 0},
	{1, 1},	 {2, 2},  {3, 3},  {4, 4},  {5, 5}, {6, 6}, {7, 7},
};

static uint64_t arguments_in_registers(uint64_t words)
{
	uint64_t arguments = 0;

	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		if (words >> registers[i].word & 1)
			arguments |= UINT64_C(1) << registers[i].argument;
	return arguments;
}

int compat_find_arguments(struct compat *compat, struct compat_program *program)
{
	const struct program_kind *kind = program->kind;
	bool is_typed = kind->target == PROGRAM_TARGET_TYPED_FUNCTION ||
			kind->target == PROGRAM_TARGET_TYPED_TRACEPOINT ||
			kind->target == PROGRAM_TARGET_RAW_TRACEPOINT;
	bool is_entry = kind->target == PROGRAM_TARGET_FUNCTION && kind->section[1] == 'p';
	uint64_t words = 0;
	int err;

	program->arguments = 0;
	if (!is_typed && !is_entry)
		return 0;
	err = reach_context_words(&compat->codes[program->object], program->function, &words);
	program->arguments = is_typed ? words : arguments_in_registers(words);
	return err;
}

/* The feature that a program attaches to; false: none. */
static bool target_of(const struct compat *compat, const struct compat_program *program,
		      uint32_t *ret_feature)
{
	for (size_t i = 0; i < program->need_count; i++) {
		enum feature_kind kind = compat->features.list[program->needs[i].feature].kind;

		*ret_feature = program->needs[i].feature;
		if (kind == FEATURE_FUNCTION || kind == FEATURE_TRACEPOINT)
			return true;
	}
	return false;
}

/* Argument @number of a list "TYPE\nTYPE\n"; *@ret_length 0: there are not so many. */
static const char *argument_at(const char *list, unsigned int number, int *ret_length)
{
	while (number-- && *list) {
		list += strcspn(list, "\n");
		list += *list == '\n';
	}
	*ret_length = (int)strcspn(list, "\n");
	return list;
}

/* The first of these arguments that differs; -1: none. */
static int find_difference(const char *list, const char *other, uint64_t arguments)
{
	for (unsigned int i = 0; i < 64; i++) {
		int length, other_length;
		const char *type = argument_at(list, i, &length);
		const char *other_type = argument_at(other, i, &other_length);

		if (arguments >> i & 1 &&
		    (length != other_length || strncmp(type, other_type, (size_t)length) != 0))
			return (int)i;
	}
	return -1;
}

static bool has_prototype(const struct compat_kernel *kernel, uint32_t feature)
{
	return !kernel->error && kernel->facts[feature] >= FACT_PRESENT &&
	       kernel->prototypes[feature];
}

/* The newest kernel of a machine that has a feature; NULL: none. */
static const struct compat_kernel *find_newest(const struct compat *compat, const char *machine,
					       uint32_t feature)
{
	const struct compat_kernel *newest = NULL;

	for (size_t i = 0; i < compat->kernel_count; i++) {
		const struct compat_kernel *kernel = &compat->kernels[i];

		if (has_prototype(kernel, feature) && strcmp(kernel->id.machine, machine) == 0 &&
		    (!newest || strverscmp(kernel->id.release, newest->id.release) > 0))
			newest = kernel;
	}
	return newest;
}

static void check_feature(struct compat *compat, uint32_t feature, uint64_t arguments)
{
	for (size_t i = 0; i < compat->kernel_count; i++) {
		struct compat_kernel *kernel = &compat->kernels[i];
		const struct compat_kernel *newest;

		if (!has_prototype(kernel, feature))
			continue;
		newest = find_newest(compat, kernel->id.machine, feature);
		if (find_difference(kernel->texts + kernel->prototypes[feature],
				    newest->texts + newest->prototypes[feature], arguments) >= 0)
			kernel->facts[feature] = FACT_DIFFERENT;
	}
}

int compat_check_arguments(struct compat *compat)
{
	_cleanup_free_ uint64_t *arguments = calloc(compat->features.count + 1, sizeof(*arguments));
	uint32_t feature;

	if (!arguments)
		return -ENOMEM;
	for (size_t i = 0; i < compat->program_count; i++)
		if (target_of(compat, &compat->programs[i], &feature))
			arguments[feature] |= compat->programs[i].arguments;
	for (feature = 0; feature < compat->features.count; feature++)
		if (arguments[feature])
			check_feature(compat, feature, arguments[feature]);
	return 0;
}

bool compat_reads_other(const struct compat *compat, const struct compat_program *program,
			uint32_t feature, const struct compat_kernel *kernel)
{
	const struct compat_kernel *newest = find_newest(compat, kernel->id.machine, feature);

	return newest && find_difference(kernel->texts + kernel->prototypes[feature],
					 newest->texts + newest->prototypes[feature],
					 program->arguments) >= 0;
}

int compat_argument_text(const struct compat *compat, const struct compat_program *program,
			 uint32_t feature, const struct compat_kernel *kernel, char *buffer,
			 size_t size)
{
	const struct compat_kernel *newest = find_newest(compat, kernel->id.machine, feature);
	const char *list = kernel->texts + kernel->prototypes[feature];
	const char *other = newest ? newest->texts + newest->prototypes[feature] : list;
	int argument = find_difference(list, other, program->arguments);
	int length, other_length;
	const char *type, *other_type;

	if (argument < 0)
		return snprintf(buffer, size, "it has the arguments that the program reads");
	type = argument_at(list, (unsigned int)argument, &length);
	other_type = argument_at(other, (unsigned int)argument, &other_length);
	return snprintf(buffer, size,
			"its argument %d, which the program reads, is %.*s here and %.*s on %s",
			argument + 1, length ? length : 4, length ? type : "none",
			other_length ? other_length : 4, other_length ? other_type : "none",
			newest->id.release);
}
