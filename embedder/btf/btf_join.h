/* SPDX-License-Identifier: MIT */
/*
 * Split BTF (a module's) and its base in, one BTF with the types of both out.
 *
 * Split BTF goes on counting where its base ends, with type ids and with string offsets, so the
 * two joined end to end are one BTF in which every reference is right as it stands.
 */
#ifndef COREBTF_BTF_BTF_JOIN_H
#define COREBTF_BTF_BTF_JOIN_H

#include <stddef.h>

#include "embedder/util/reason.h"

/*
 * @ret_joined: malloc'd, the caller frees it.
 * Errors: -EBADMSG, -EINVAL the two differ in byte order, -EFBIG, -ENOMEM.
 */
int btf_join(const void *base, size_t base_size, const void *split, size_t split_size,
	     void **ret_joined, size_t *ret_size, struct reason *why);

#endif
