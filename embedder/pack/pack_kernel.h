/* SPDX-License-Identifier: MIT */
/*
 * One kernel of a pack: who it is, and which of the distinct types it has.
 */
#ifndef COREBTF_PACK_PACK_KERNEL_H
#define COREBTF_PACK_PACK_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/pack/type_set.h"
#include "runtime/kernel/kernel_id.h"

/* Where a kernel's types came from. Of two that differ in nothing else, the higher one is kept. */
enum pack_origin {
	PACK_ORIGIN_UNKNOWN, /* a BTF in an archive */
	PACK_ORIGIN_DWARF,   /* the debug information: the kernel shows no BTF */
	PACK_ORIGIN_KERNEL,  /* its own .BTF, which it shows in /sys/kernel/btf from 5.4 on */
};
#define PACK_ORIGINS 3

struct pack_kernel {
	struct kernel_id id; /* owns its strings */
	enum pack_origin origin;
	bool is_big_endian;
	bool types_only;     /* without functions, variables, sections and their tags */
	uint32_t type_count; /* types that it has */
	uint64_t digest;     /* of the contents of its types, and of first[] */
	uint64_t checksum;   /* of the numbers of types in the pack's file; 0: not known yet */
	/* The types whose order matters, in the kernel's order (kernel_types.c). */
	uint32_t *first;
	uint32_t first_count;
	/* Bit n is set if it has type n. */
	uint64_t *types;
	uint32_t type_words; /* of types[] */
};

static inline bool pack_kernel_has(const struct pack_kernel *kernel, uint32_t type)
{
	return type / 64 < kernel->type_words && kernel->types[type / 64] >> (type & 63) & 1;
}

/* Frees what it owns; it is {0} then. For _cleanup_. */
void pack_kernel_clear(struct pack_kernel *kernel);

/* 0, or -ENOMEM. */
int pack_kernel_set(struct pack_kernel *kernel, uint32_t type);

/* A kernel's digest, from the sum of its types' digests. @digests: by type. */
uint64_t pack_kernel_digest(const struct pack_kernel *kernel, uint64_t sum,
			    const uint64_t *digests);

/* Sets the digest from types[]. @digests: by type. */
void pack_kernel_finish(struct pack_kernel *kernel, const uint64_t *digests);

/* Compares by machine, os id, version id, release, uname -v, build-id, whether types_only is set,
 * digest: the order of kernels in a pack. */
int pack_kernel_compare(const struct pack_kernel *a, const struct pack_kernel *b);

#endif
