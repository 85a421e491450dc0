/* SPDX-License-Identifier: MIT */
/*
 * Where the running kernel's BTF comes from: a table of sources, asked in order until one has it.
 * A new source is a line in the table of locate.c and a function of source.h.
 */
#ifndef COREBTF_LOCATE_H
#define COREBTF_LOCATE_H

#include <corebtf.h>

#include "runtime/kernel/host.h"

/* corebtf_path_for_running_kernel() on a given host, with the section of a given file; NULL: of
 * the running executable. */
int locate_path(const struct host *host, const char *executable, char **ret_path,
		const struct corebtf_path_opts *opts);

/* The same without the section, and with the tar in memory; NULL: the one that is linked in. */
int locate_path_in_tar(const struct host *host, const void *tar, size_t tar_size, char **ret_path,
		       const struct corebtf_path_opts *opts);

#endif
