/* SPDX-License-Identifier: MIT */
/*
 * What the files of compat/ share.
 */
#ifndef COREBTF_COMPAT_COMPAT_PARTS_H
#define COREBTF_COMPAT_COMPAT_PARTS_H

#include "embedder/compat/compat.h"

/* Fills in what a program needs (compat_needs.c). @marked: by function of the object, which are
 * loaded with it. 0 or -ENOMEM. */
int compat_add_needs(struct compat *compat, struct compat_program *program, const uint8_t *marked);

/* Notes the features that some kernel has, for what follows. 0 or -ENOMEM. */
int compat_note_seen(struct compat *compat);

/* What a fact means for a need that is reached. */
enum compat_need_state compat_judge_need(const struct compat *compat,
					 const struct compat_program *program,
					 const struct compat_need *need,
					 const struct compat_kernel *kernel);

/* Which arguments of its target a program reads; which kernels have others there: FACT_DIFFERENT
 * (compat_arguments.c). 0 or -ENOMEM. */
int compat_find_arguments(struct compat *compat, struct compat_program *program);
int compat_check_arguments(struct compat *compat);

/* Does a program read another argument on this kernel? */
bool compat_reads_other(const struct compat *compat, const struct compat_program *program,
			uint32_t feature, const struct compat_kernel *kernel);

/* Which one differs on a kernel. Returns the length as snprintf does. */
int compat_argument_text(const struct compat *compat, const struct compat_program *program,
			 uint32_t feature, const struct compat_kernel *kernel, char *buffer,
			 size_t size);

/* Finds the neighbours of each kernel (compat_changes.c). 0 or -ENOMEM. */
int compat_find_rows(struct compat *compat);

/* Gives each kernel its class. 0 or -ENOMEM. */
int compat_find_classes(struct compat *compat);

/* Orders the kernels and groups them into series (compat_kernels.c). */
void compat_sort_kernels(struct compat *compat);
bool compat_knows_stack_constants(const struct compat *compat);
void compat_kernel_free(struct compat_kernel *kernel);

#endif
