/* SPDX-License-Identifier: MIT */
/*
 * The bundles of the running program, wherever in it they are.
 */
#ifndef COREBTF_SELF_H
#define COREBTF_SELF_H

#include <corebtf.h>

/* The kernel's link to the running program, also when its file was deleted or replaced. */
#define SELF_EXECUTABLE "/proc/self/exe"

/*
 * Looks, in this order, at
 *   1. what is mapped of the executable (segment.h),
 *   2. the section .corebtf in the executable's file,
 *   and when this library is part of a shared object,
 *   3. what is mapped of that,
 *   4. the section .corebtf in its file.
 * The first that has a bundle counts. A place that has none, or that cannot be looked at, passes
 * on; a damaged bundle, or a newer one, ends it. Errors: see corebtf_open_self().
 */
int self_open(struct corebtf **ret_handle, const struct corebtf_open_opts *opts);

#endif
