/* SPDX-License-Identifier: MIT */
/*
 * The kernels a command was given: a list of those that can be used, and a count of what could
 * not. The functions report what fails themselves.
 */
#ifndef COREBTF_CLI_KERNEL_INPUT_H
#define COREBTF_CLI_KERNEL_INPUT_H

#include <stddef.h>

#include "embedder/elf/executable.h"
#include "embedder/kernels/kernel_list.h"
#include "embedder/kernels/kernel_select.h"

struct kernel_input {
	struct kernel_list list;
	size_t failures; /* paths that were looked at and could not be used */
	size_t left_out; /* kernels of other machines */
	size_t not_selected;
};

void kernel_input_init(struct kernel_input *input);
void kernel_input_free(struct kernel_input *input);

/* Adds what is found below @path. */
void kernel_input_add(struct kernel_input *input, const char *path);

/* Leaves out the kernels that are not wanted, and says of each expression that took none. The list
 * is sorted, so that what was given twice counts once. */
void kernel_input_select(struct kernel_input *input, struct kernel_select *select);

/* Says how many kernel_input_select() left out, if it was any. */
void kernel_input_note_not_selected(const struct kernel_input *input);

/* Leaves out the kernels on which a program for @target cannot run. */
void kernel_input_keep_machine(struct kernel_input *input, const struct executable_info *target);

#endif
