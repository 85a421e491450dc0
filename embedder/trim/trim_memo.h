/* SPDX-License-Identifier: MIT */
/*
 * What was trimmed from kernels with the same ids (struct type_versions): each distinct BTF once.
 * It depends on the answers to all requests (resolver_key()) and on the versions of the types that
 * were read after that, to keep and to write them.
 */
#ifndef COREBTF_TRIM_TRIM_MEMO_H
#define COREBTF_TRIM_TRIM_MEMO_H

#include <stdbool.h>

#include "runtime/types/type_source.h"

/* Of a kernel: what its trimmed BTF depends on as far as it is known before. */
struct trim_question {
	const uint32_t *key;
	size_t key_count;
	uint64_t generation; /* keys of another one mean something else */
	struct type_source *kernel;
};

struct trimmed {
	const void *btf;
	size_t size;
	uint32_t type_count;
};

/* Starts zeroed. */
struct trim_memo {
	uint64_t generation;	   /* of all entries */
	struct trim_entry **slots; /* by hash of the key; NULL: free */
	uint32_t slot_count, entry_count;
	size_t size; /* bytes of all entries */
};

void trim_memo_free(struct trim_memo *memo);

/* Whether the BTF is known; @ret_trimmed belongs to the memo, until the next trim_memo_add(). */
bool trim_memo_find(const struct trim_memo *memo, const struct trim_question *question,
		    struct trimmed *ret_trimmed);

/* Adds a copy of @trimmed, for which the kernel's reads (type_versions.reads) were made. 0 or
 * -ENOMEM. */
int trim_memo_add(struct trim_memo *memo, const struct trim_question *question,
		  const struct trimmed *trimmed);

#endif
