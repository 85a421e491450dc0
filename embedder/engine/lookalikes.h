/* SPDX-License-Identifier: MIT */
/*
 * Kernels of a bundle with one release and machine but different BTFs, which a lookup may not be
 * able to tell apart (docs/lookup.md). It then refuses with -ENOTUNIQ, so commands that make or
 * list a bundle warn of them.
 */
#ifndef COREBTF_ENGINE_LOOKALIKES_H
#define COREBTF_ENGINE_LOOKALIKES_H

#include <stdbool.h>
#include <stddef.h>

#include <corebtf.h>

struct lookalikes {
	size_t count; /* releases, of one machine each, that have such kernels */
	struct corebtf_entry first, second; /* two of the first such release */
};

/*
 * @in_tar: the BTFs go into a tar, in which they have no build-id and no `uname -v`.
 * @ret_lookalikes: the entries belong to @corebtf.
 * Errors: those of corebtf_entry_at() and corebtf_btf(), -ENOMEM.
 */
int lookalikes_find(struct corebtf *corebtf, bool in_tar, struct lookalikes *ret_lookalikes);

#endif
