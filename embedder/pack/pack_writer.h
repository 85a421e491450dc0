/* SPDX-License-Identifier: MIT */
/*
 * A pack in memory → its bytes (docs/pack-format.md). They depend on the kernels alone, not on the
 * order in which these were added or from where.
 */
#ifndef COREBTF_PACK_PACK_WRITER_H
#define COREBTF_PACK_PACK_WRITER_H

#include "embedder/pack/pack.h"
#include "embedder/util/byte_buffer.h"

/*
 * Sorts the pack's kernels (pack_sort()) and writes it.
 * @bytes: starts zeroed; freed by the caller, on failure too. Errors: -EINVAL there is no kernel in
 * it; -EFBIG; -ENOMEM.
 */
int pack_write(struct pack *pack, struct byte_buffer *bytes, struct reason *why);

#endif
