/* SPDX-License-Identifier: MIT */
/*
 * From a kernel to the one entry whose BTF it gets, or none: the wrong kernel's BTF loads without
 * an error and prints garbage, so the choice is exact or refused. docs/lookup.md has the rule as
 * a whole.
 */
#ifndef COREBTF_CHOOSE_H
#define COREBTF_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/bundle/index.h"
#include "runtime/kernel/kernel.h"

struct choice {
	struct index_entry entry;
	uint32_t bundle; /* number of the bundle it is in */
	enum corebtf_match match;
	bool ambiguous; /* another entry with other bytes fits as well */
};

/*
 * Looks into all bundles for @kernel, and learns of it what is needed to decide. With a machine
 * the time does not depend on the number of entries; with none ("") every entry is compared by
 * its release, and so it is when there is no entry.
 * Errors: -ENOENT, after the tables of every bundle were checked; -EBADMSG.
 */
int choose_entry(struct bundle *bundles, size_t bundle_count, struct kernel *kernel,
		 enum corebtf_nearest nearest, const struct log *log, struct choice *ret_choice);

#endif
