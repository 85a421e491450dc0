/* SPDX-License-Identifier: MIT */
/*
 * Kernels that were found, printed for people or as JSON. Nothing of them is opened.
 */
#ifndef COREBTF_CLI_KERNEL_TABLE_H
#define COREBTF_CLI_KERNEL_TABLE_H

#include "embedder/kernels/kernel_list.h"

/* Sorts the kernels for people, in version order: 5.10.0-9 before 5.10.0-30. */
void kernel_table_sort(struct kernel_list *list);

/* 0 or -ENOMEM. */
int kernel_table_print(const struct kernel_list *list);

void kernel_table_print_json(const struct kernel_list *list);

#endif
