/* SPDX-License-Identifier: MIT */
/*
 * Names of members, brought into one form, and what the names of a BTF's folders say.
 */
#ifndef COREBTF_TAR_NAME_H
#define COREBTF_TAR_NAME_H

#include <stdbool.h>

#include "runtime/tar/tar.h"

/*
 * "./a//b/../c" becomes "a/c". @folder_of: the member whose folder @name starts in, for a symbolic
 * link's target; NULL: the archive's root, also for names that start with '/'. @out gets "" and
 * the result is false when the name leads out of the archive or does not fit.
 */
bool tar_name_normalise(const char *name, const char *folder_of, char out[static TAR_NAME_SIZE]);

struct tar_name_key {
	const char *os_id;
	const char *version_id;
	const char *machine; /* as written */
	const char *release;
};

/* Cuts a normalised name into its last four parts, in place. What is not there is "", as for a
 * distribution without versions; without a machine and a release it is no BTF's name: false. */
bool tar_name_split(char *name, struct tar_name_key *ret_key);

#endif
