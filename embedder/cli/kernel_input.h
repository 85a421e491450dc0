/* SPDX-License-Identifier: MIT */
/*
 * The kernels a command was given: a list of those that can be used, and a count of what could
 * not. The functions report what fails themselves.
 */
#ifndef COREBTF_CLI_KERNEL_INPUT_H
#define COREBTF_CLI_KERNEL_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/elf/executable.h"
#include "embedder/kernels/kernel_list.h"
#include "embedder/kernels/kernel_select.h"

struct kernel_input {
	struct kernel_list list;
	size_t failures; /* paths that were looked at and could not be used */
	size_t left_out; /* kernels of other machines */
	size_t not_selected;

	/* What the kernels in the list's sources are asked for, once their keys are known. */
	struct kernel_select *select; /* NULL: nothing */
	const char *machine;	      /* of the program that is to run there; "": any */
};

void kernel_input_init(struct kernel_input *input);
void kernel_input_free(struct kernel_input *input);

/* Adds what is found below @path; NULL: below the cache of `corebtf fetch` (hub/cache.h).
 * @as: what the user says of it (kernel_list_add()), or NULL. */
void kernel_input_add(struct kernel_input *input, const char *path, const struct kernel_as *as);

/* Leaves out the kernels that are not wanted. The list is sorted, so that what was given twice
 * counts once. @select must outlive the input. */
void kernel_input_select(struct kernel_input *input, struct kernel_select *select);

/* Says how many kernel_input_select() left out, if it was any. */
void kernel_input_note_not_selected(const struct kernel_input *input);

/* Leaves out the kernels on which a program for @target cannot run. */
void kernel_input_keep_machine(struct kernel_input *input, const struct executable_info *target);

/* Both at once for a kernel in a source; counts what is not wanted. */
bool kernel_input_wants(struct kernel_input *input, const struct kernel_id *id);

/* Whether there is nothing that could be worked on. */
bool kernel_input_is_empty(const struct kernel_input *input);

/*
 * Says what there is to say of the choice once all sources have been read: the expressions that
 * took no kernel; and with no kernel at all (@taken 0), why: @file (which may be NULL) is what
 * nothing was done for, @nothing says so in front of the cause ("nothing written: ", or "").
 */
void kernel_input_explain(const struct kernel_input *input, size_t taken, const char *file,
			  const char *nothing);

/* Puts the kernels in the sources into the list, one file for each, by their keys alone; what
 * cannot be used is reported. */
void kernel_input_list_sources(struct kernel_input *input);

#endif
