/* SPDX-License-Identifier: MIT */
/*
 * Kernels that were found -> those with one release and machine, each with its full BTF.
 */
#ifndef COREBTF_ENGINE_KERNEL_CANDIDATES_H
#define COREBTF_ENGINE_KERNEL_CANDIDATES_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/engine/kernel_input.h"
#include "embedder/util/memory_budget.h"

struct kernel_candidate {
	struct kernel_id id; /* owns its strings */
	char *path;	     /* in an archive "ARCHIVE: MEMBER" */
	void *btf;	     /* as the kernel has it, or made from its DWARF; not checked */
	size_t size;
};

struct kernel_candidates {
	struct kernel_input *kernels; /* not filtered; what cannot be read counts as its failure */
	const char *release;
	const char *machine; /* canonical; its 64-bit sibling counts as well */
	struct memory_budget budget;
	struct kernel_candidate *list;
	size_t count, capacity;
};

/* Reads the bytes of the candidates alone; of files whose kernel is not known before, all. @memory:
 * a limit in bytes for what is unpacked. @kernels and the strings must outlive the candidates. */
void kernel_candidates_read(struct kernel_input *kernels, const char *release, const char *machine,
			    uint64_t memory, struct kernel_candidates *ret_candidates);

void kernel_candidates_free(struct kernel_candidates *candidates); /* for _cleanup_ */

#endif
