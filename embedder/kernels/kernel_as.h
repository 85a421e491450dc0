/* SPDX-License-Identifier: MIT */
/*
 * What the user says of kernels whose files do not say it themselves, or say it wrong: --as
 * os=debian:12,release=6.1.0-13-amd64,machine=x86_64, each part of it at will.
 */
#ifndef COREBTF_KERNELS_KERNEL_AS_H
#define COREBTF_KERNELS_KERNEL_AS_H

#include "embedder/util/own_kernel_id.h"
#include "runtime/util/reason.h"

/*
 * In the id of an --as a string that is NULL was not said; os id and version id are said together.
 *
 * @text: "KEY=VALUE", separated by commas; the keys are os (ID or ID:VERSION), release, machine and
 * arch, which is the same as machine. "" says nothing.
 * @ret_as: to be freed with kernel_id_clear().
 * Errors: -EINVAL malformed (@why says what is wrong, without @text), -ENOMEM.
 */
int kernel_as_parse(const char *text, struct kernel_id *ret_as, struct reason *why);

/* Replaces what @as says in @id. @as may be NULL. Error: -ENOMEM. */
int kernel_as_apply(const struct kernel_id *as, struct kernel_id *id, struct reason *why);

/*
 * Adds what the kernel's own file says. Another release or machine than @id has already, which @as
 * did not say, is refused: one of the two is wrong. So is a key that is still not complete.
 * Errors: -EINVAL (@why says what to do), -ENOMEM.
 */
int kernel_as_complete(const struct kernel_id *as, const struct kernel_id *said,
		       struct kernel_id *id, struct reason *why);

#endif
