/* SPDX-License-Identifier: MIT */
/*
 * Repositories of kernel BTFs, brought into the cache (embedder/hub/). All that happens is reported
 * here.
 */
#ifndef COREBTF_CLI_FETCHING_H
#define COREBTF_CLI_FETCHING_H

#include <stddef.h>

#include "embedder/kernels/kernel_select.h"

/*
 * Brings of each repository what is selected, and leaves nothing else of it in the cache. @count 0:
 * those in $BTFHUB_REPO, else the default one.
 * 0: all that is selected is there, be it from an earlier time, when a server does not answer.
 * -ENOENT: something of it is missing; others: nothing was done.
 */
int fetching_run(const char *const *names, size_t count, struct kernel_select *select);

#endif
