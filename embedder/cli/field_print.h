/* SPDX-License-Identifier: MIT */
/*
 * Fields by name and a BTF -> a line for each on stdout: offset, size and type.
 */
#ifndef COREBTF_CLI_FIELD_PRINT_H
#define COREBTF_CLI_FIELD_PRINT_H

#include <stddef.h>

/* @btf: aligned to 4. 0, or the first negative errno value; failures are reported, with @path. */
int field_print(const char *path, const void *btf, size_t size, const char *const *names,
		size_t count);

#endif
