/* SPDX-License-Identifier: MIT */
/*
 * One kernel of a pack → its BTF, with all of its types.
 */
#ifndef COREBTF_PACK_PACK_BTF_H
#define COREBTF_PACK_PACK_BTF_H

#include "embedder/pack/pack_reader.h"

/*
 * The BTF depends on the kernel's types alone and is the same from every pack: the types whose
 * order matters come first, in their order, then the others, kind by kind. It has the kernel's byte
 * order.
 * @ret_btf: malloc'd. Errors: -EBADMSG the kernel lacks a type that another one refers to; those of
 * pack_reader_load() and pack_reader_kernel().
 */
int pack_btf_make(struct pack_reader *reader, size_t number, void **ret_btf, size_t *ret_size,
		  struct reason *why);

#endif
