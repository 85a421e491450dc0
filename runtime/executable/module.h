/* SPDX-License-Identifier: MIT */
/*
 * The ELF files that this process consists of, as they lie in memory: the executable, and the
 * one that this library's code is part of, which is the executable itself or a shared object.
 */
#ifndef COREBTF_MODULE_H
#define COREBTF_MODULE_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/log.h"

struct module {
	uintptr_t base;		     /* what the addresses in the program headers are added to */
	const ElfW(Phdr) * segments; /* the program headers in memory */
	size_t segment_count;
	const char *name; /* the path as the loader has it, until dlclose(3); may be "" */
	bool is_executable;
};

/* The executable; the object that contains this library's code; the one that contains @address.
 * Errors: -ENOSYS the loader has no list; -ENODATA no object contains that address. */
int module_find_executable(struct module *ret_module);
int module_find_own(struct module *ret_module);
int module_find_at(const void *address, struct module *ret_module);

/* The first byte of a segment in memory. */
static inline const uint8_t *module_segment(const struct module *module, size_t number)
{
	return (const uint8_t *)(module->base + module->segments[number].p_vaddr);
}

/*
 * Opens the file that the module was loaded from, if it certainly still is that file. The caller
 * closes *@ret_fd. @path, of @path_size bytes, becomes its name for messages.
 * Errors: -ENODATA the file was deleted or replaced, -ENOSYS no /proc; those of open(2).
 */
int module_open_file(const struct module *module, const struct log *log, char *path,
		     size_t path_size, int *ret_fd, uint64_t *ret_size);

#endif
