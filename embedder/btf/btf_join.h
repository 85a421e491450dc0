/* SPDX-License-Identifier: MIT */
/*
 * Joins split BTF (a module's) and its base into one BTF with the types of both.
 *
 * Type ids and string offsets of split BTF continue those of its base, so types and strings are
 * appended to the base's and no reference changes.
 */
#ifndef COREBTF_BTF_BTF_JOIN_H
#define COREBTF_BTF_BTF_JOIN_H

#include <stddef.h>

#include "runtime/util/reason.h"

/*
 * @ret_joined: malloc'd, the caller frees it.
 * Errors: -EBADMSG, -EINVAL the two differ in byte order, -EFBIG, -ENOMEM.
 */
int btf_join(const void *base, size_t base_size, const void *split, size_t split_size,
	     void **ret_joined, size_t *ret_size, struct reason *why);

#endif
