/* SPDX-License-Identifier: MIT */
/*
 * What the user says of kernels whose files do not say it themselves, or say it wrong: --as
 * os=debian:12,release=6.1.0-13-amd64,machine=x86_64, each part of it at will.
 */
#ifndef COREBTF_KERNELS_KERNEL_AS_H
#define COREBTF_KERNELS_KERNEL_AS_H

#include "embedder/image/kernel_facts.h"
#include "embedder/kernels/kernel_id.h"
#include "embedder/util/reason.h"

/* NULL: not said. {0} says nothing. */
struct kernel_as {
	char *release;
	const char *machine; /* canonical, static */
	char *os_id, *version_id;
};

/*
 * @text: "KEY=VALUE", separated by commas; the keys are os (ID or ID:VERSION), release, machine and
 * arch, which is the same. "" says nothing.
 * @ret_as: to be freed with kernel_as_clear().
 * Errors: -EINVAL malformed (@why says what is wrong, without @text), -ENOMEM.
 */
int kernel_as_parse(const char *text, struct kernel_as *ret_as, struct reason *why);
void kernel_as_clear(struct kernel_as *as);

/* What @as says goes over what @id has. @as may be NULL. Errors: -ENOMEM. */
int kernel_as_apply(const struct kernel_as *as, struct kernel_id *id, struct reason *why);

/*
 * Adds what the kernel's own file says. Where @id has another release or machine already, and @as
 * did not say it, one of the two is wrong, and a wrong BTF is silent: it is refused. So is a key
 * that is still not whole. Errors: -EINVAL (@why says what to do), -ENOMEM.
 */
int kernel_as_complete(const struct kernel_as *as, const struct kernel_facts *facts,
		       struct kernel_id *id, struct reason *why);

#endif
