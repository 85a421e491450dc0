/* SPDX-License-Identifier: MIT */
/*
 * A pack as the input of `corebtf convert`: full BTFs in a folder, or one of them in a file, with
 * messages.
 */
#ifndef COREBTF_CLI_PACK_OUTPUT_H
#define COREBTF_CLI_PACK_OUTPUT_H

#include <stdbool.h>

#include "embedder/kernels/kernel_select.h"

/* Whether the file is a pack. What cannot be read is none. */
bool pack_output_is_pack(const char *path);

/* @select: which kernels; without an expression, all. Return the status to end with. */
int pack_output_folder(const char *pack, const char *folder, struct kernel_select *select,
		       bool is_packed);
int pack_output_btf(const char *pack, const char *path, struct kernel_select *select);

#endif
