/* SPDX-License-Identifier: MIT */
/*
 * Downloads repositories of kernel BTFs into the cache (embedder/hub/), and reports what
 * happens.
 */
#ifndef COREBTF_CLI_FETCHING_H
#define COREBTF_CLI_FETCHING_H

#include <stddef.h>

#include "embedder/kernels/kernel_select.h"

/*
 * Downloads the selected files of each repository and removes its other files from the cache.
 * @count 0: those in $BTFHUB_REPO, else the default one. Returns 0 if all selected files are
 * there, maybe from an earlier run if a server does not answer; -ENOENT if some are missing;
 * other errors: nothing was done.
 */
int fetching_run(const char *const *names, size_t count, struct kernel_select *select);

#endif
