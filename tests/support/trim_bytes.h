/* SPDX-License-Identifier: MIT */
/*
 * Trims, resolves and verifies raw BTF that lies in memory.
 */
#ifndef COREBTF_TESTS_TRIM_BYTES_H
#define COREBTF_TESTS_TRIM_BYTES_H

#include "runtime/btf/btf_source.h"
#include "embedder/trim/trimmer.h"

/* trimmer_run() on raw BTF, aligned to 4. */
static inline int trim_bytes(struct trimmer *trimmer, const void *btf, size_t size,
			     struct trim_result *ret_result, struct reason *why)
{
	struct btf_source source = {0};
	int err = btf_source_open(&source, btf, size, why);

	if (!err)
		err = trimmer_run(trimmer, &source.types, ret_result, why);
	btf_source_free(&source);
	return err;
}

#endif
