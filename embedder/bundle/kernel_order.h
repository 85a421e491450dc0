/* SPDX-License-Identifier: MIT */
/*
 * The two orders of kernels: by identity, for the index, and by likeness, for storing their BTFs.
 */
#ifndef COREBTF_BUNDLE_KERNEL_ORDER_H
#define COREBTF_BUNDLE_KERNEL_ORDER_H

#include "runtime/kernel/kernel_id.h"

/* All fields, byte by byte: release, machine, os_id, version_id, uname_version, build-id (the
 * shorter first). 0 means the same kernel. */
int kernel_order_identity(const struct kernel_id *left, const struct kernel_id *right);

/* os_id, machine, then the release with its runs of digits compared as numbers, then identity:
 * neighbours are builds of one series, whose BTFs are similar and pack well together. */
int kernel_order_likeness(const struct kernel_id *left, const struct kernel_id *right);

#endif
