/* SPDX-License-Identifier: MIT */
/*
 * The types of a kernel, and of those of its modules that have a type which the kernel itself
 * lacks -> one source of types. Where the modules are:
 *
 *	a kernel in a package   the same package, and other packages of the run with its release in
 *	                        their names (linux-modules-RELEASE_1_amd64.deb)
 *	a file                  the folder modules/RELEASE that it is in, or ../lib/modules/RELEASE
 *	                        and ../usr/lib/modules/RELEASE, as from /boot; and such packages
 *	the running kernel      /lib/modules/RELEASE
 *
 * Of a kernel that lacks nothing they are not opened.
 */
#ifndef COREBTF_ENGINE_KERNEL_MODULES_H
#define COREBTF_ENGINE_KERNEL_MODULES_H

#include "runtime/btf/btf_source.h"
#include "embedder/engine/kernel_input.h"
#include "embedder/image/kernel_types.h"

/* One thread's own; starts zeroed. */
struct kernel_modules {
	bool is_ready;
	struct module_search search;
	struct btf_source joined;
};

/* What is said of one kernel's modules; lines, malloc'd, NULL: nothing. */
struct module_notes {
	char *used;	  /* "nf_conntrack (nf_conn), xfs (xfs_inode)" */
	size_t looked_at; /* modules */
	bool lacks_named; /* the kernel lacks something, and none of the modules named is there */
	char *problems;	  /* "PATH: WHY", one line each */
};

void module_notes_clear(struct module_notes *notes);

/*
 * @source: the kernel's own types, opened from @types, which hold the memory for all. Replaced by
 * the source with the modules' types, if there are any; it is valid until the next call.
 * @ret_notes: for module_notes_report().
 * Errors: those of module_search.h. What is wrong with one module, folder or package is a problem
 * in the notes, and the module is left out.
 */
int kernel_modules_add(struct kernel_modules *modules, const struct request_set *requests,
		       const struct kernel_input *input, const struct kernel_file *kernel,
		       struct kernel_types *types, struct type_source **source,
		       struct module_notes *ret_notes, struct reason *why);

void kernel_modules_free(struct kernel_modules *modules);

/* Says them by @input's events, and counts them. */
void module_notes_report(struct module_notes *notes, struct kernel_input *input,
			 const char *kernel);

#endif
