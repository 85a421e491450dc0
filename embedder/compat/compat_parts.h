/* SPDX-License-Identifier: MIT */
/*
 * What the files of compat/ share.
 */
#ifndef COREBTF_COMPAT_COMPAT_PARTS_H
#define COREBTF_COMPAT_COMPAT_PARTS_H

#include "embedder/compat/compat.h"

/* Fills objects and programs (compat.c). 0 or -ENOMEM. */
int compat_add_objects(struct compat *compat);

/* Orders the kernels and groups them into series (compat_kernels.c). */
void compat_sort_kernels(struct compat *compat);
bool compat_knows_stack_constants(const struct compat *compat);
void compat_kernel_free(struct compat_kernel *kernel);

#endif
