/* SPDX-License-Identifier: MIT */
/* The kernel this process runs on, which publishes its own BTF. Its id is exact: release, machine
 * and version from uname(2), and its build-id. */
#ifndef COREBTF_KERNELS_RUNNING_KERNEL_H
#define COREBTF_KERNELS_RUNNING_KERNEL_H

#include "runtime/kernel/kernel_id.h"
#include "runtime/util/reason.h"

#define RUNNING_KERNEL_BTF_PATH "/sys/kernel/btf/vmlinux"

/* @ret_id: malloc'd strings, to be freed with kernel_id_clear(). */
int running_kernel_read(struct kernel_id *ret_id, struct reason *why);

#endif
