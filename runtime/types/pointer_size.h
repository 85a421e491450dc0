/* SPDX-License-Identifier: MIT */
/*
 * How large a kernel's pointers are, which BTF does not say. libbpf takes the size of the first INT
 * with one of the names of `long`; without one it takes the pointer size of the process it runs in,
 * which on a 64-bit kernel may be another.
 */
#ifndef COREBTF_POINTER_SIZE_H
#define COREBTF_POINTER_SIZE_H

#include "runtime/types/type_view.h"

#define POINTER_SIZE_NAMES 11

/* The names of `long`, to look for. */
extern const char *const pointer_size_names[POINTER_SIZE_NAMES];

/* The size in bytes if the INT @type has one of these names, and 4 or 8 bytes; else 0. */
uint32_t pointer_size_from(const struct type_view *types, const struct btf_type *type,
			   const char *name);

#endif
