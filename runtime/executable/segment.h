/* SPDX-License-Identifier: MIT */
/*
 * Bundles that the loader has mapped with the program, found without opening a file.
 */
#ifndef COREBTF_SEGMENT_H
#define COREBTF_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/executable/module.h"

/*
 * Finds the bundle in the module's reserved segment (linker-scripts/corebtf.ld), or the bundles
 * that were linked into it as object files (`corebtf convert`); the latter only in the module that
 * contains this library's code. The bytes belong to the program.
 * -ENODATA: there are none.
 */
int segment_find(const struct module *module, const uint8_t **ret_data, size_t *ret_size);

#endif
