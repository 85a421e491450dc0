/* SPDX-License-Identifier: MIT */
/*
 * The kernels of one run: those that can be used, and a count of those that cannot. What cannot be
 * used is reported as a failure, and the others are used.
 */
#ifndef COREBTF_ENGINE_KERNEL_INPUT_H
#define COREBTF_ENGINE_KERNEL_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/engine/events.h"
#include "embedder/kernels/kernel_list.h"
#include "embedder/kernels/kernel_select.h"
#include "embedder/modules/module_search.h"

struct kernel_input {
	const struct engine_events *events; /* may be NULL */
	struct kernel_list list;
	size_t failures; /* paths that could not be used, modules as well: */
	size_t module_failures;
	size_t left_out; /* kernels of other machines */
	size_t not_selected;
	size_t from_dwarf;    /* kernels whose types were read from their DWARF */
	size_t without_named; /* kernels that lack something and have none of the modules named */
	size_t with_modules;  /* kernels of which types of modules were needed */
	struct module_choice modules; /* which are read; none at first */

	/* Whether kernels are left out that show BTF of their own, and how many were. */
	bool leaves_out_own;
	size_t with_own;

	/* What a kernel in one of the list's sources must match, once its key is known. */
	struct kernel_select *select; /* NULL: nothing */
	const char *machine;	      /* of the program that is to run there; "": any */
};

/* @events must outlive the input. */
void kernel_input_init(struct kernel_input *input, const struct engine_events *events);
void kernel_input_free(struct kernel_input *input);

/* Adds what kernel_list_add() finds at @path. @as: what the user says of it, or NULL. */
void kernel_input_add(struct kernel_input *input, const char *path, const struct kernel_id *as);

/* Reports a path that cannot be used, and counts it. */
void kernel_input_fail(struct kernel_input *input, const char *path, const char *why);

/* Leaves out the kernels that @select does not take. Call it on a sorted list: a file that was
 * given twice then counts once. @select must outlive the input. */
void kernel_input_select(struct kernel_input *input, struct kernel_select *select);

/* Leaves out the kernels on which a program for @machine cannot run. @machine: a canonical name
 * that outlives the input; with "" nothing is left out. */
void kernel_input_keep_machine(struct kernel_input *input, const char *machine);

/* Both filters for one kernel of a source; counts it when it is not wanted. */
bool kernel_input_wants(struct kernel_input *input, const struct kernel_id *id);

/* Whether @file is left out for its own BTF, which a kernel shows in /sys/kernel/btf/vmlinux from
 * 5.4 on; a program there needs no other. Asked again when the file was read: only then the origin
 * of its types may be known. */
bool kernel_input_leaves_out(const struct kernel_input *input, const struct kernel_file *file);

/* Whether there is nothing to work on. */
bool kernel_input_is_empty(const struct kernel_input *input);

/* Adds the kernels in the sources to the list by their keys; their BTFs are not read. */
void kernel_input_list_sources(struct kernel_input *input);

#endif
