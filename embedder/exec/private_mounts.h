/* SPDX-License-Identifier: MIT */
/*
 * A mount namespace of this process's own. It ends with the last process in it, and its mounts with
 * it, so that nothing has to be cleaned up.
 */
#ifndef COREBTF_EXEC_PRIVATE_MOUNTS_H
#define COREBTF_EXEC_PRIVATE_MOUNTS_H

#include "runtime/util/reason.h"

/*
 * From now on, mounts of this process are seen by it and its children only. What others mount and
 * unmount later is still seen here, so that hardly any file system of theirs stays busy.
 * Root and working directory stay what they were, in a chroot as well.
 *
 * Call it in a process with one thread. After a failure the process may be in a new namespace with
 * another root, and can only report and end.
 * Errors: -EPERM without CAP_SYS_ADMIN, or where a container or a security module forbids it; those
 * of unshare(2), setns(2) and mount(2). @why says what to do.
 */
int private_mounts_enter(struct reason *why);

#endif
