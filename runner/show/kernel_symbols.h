/* SPDX-License-Identifier: MIT */
/*
 * /proc/kallsyms: an address in the kernel -> its function. Without the right to read addresses
 * (they are all zero then) there are no names.
 */
#ifndef COREBTF_RUNNER_KERNEL_SYMBOLS_H
#define COREBTF_RUNNER_KERNEL_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/util/arena.h"

#define KERNEL_SYMBOLS_MAX (4u << 20)

/* Starts zeroed. */
struct kernel_symbols {
	struct kernel_symbol {
		uint64_t address;
		const char *name;
	} * list; /* sorted */
	size_t count, capacity;
	struct arena names;
};

/* What cannot be read is left out. */
void kernel_symbols_read(struct kernel_symbols *symbols, const char *path);
void kernel_symbols_free(struct kernel_symbols *symbols);

/* The function that @address is in or after, and how far; NULL: none. */
const char *kernel_symbols_find(const struct kernel_symbols *symbols, uint64_t address,
				uint64_t *ret_offset);

#endif
