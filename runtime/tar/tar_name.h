/* SPDX-License-Identifier: MIT */
/*
 * What the names of a BTF's file and folders say.
 */
#ifndef COREBTF_TAR_NAME_H
#define COREBTF_TAR_NAME_H

#include <stdbool.h>

#include "runtime/tar/tar.h"

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
