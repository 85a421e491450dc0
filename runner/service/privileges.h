/* SPDX-License-Identifier: MIT */
/*
 * Gives up what is needed only to load and attach.
 */
#ifndef COREBTF_RUNNER_PRIVILEGES_H
#define COREBTF_RUNNER_PRIVILEGES_H

#include <stdbool.h>

/*
 * Drops all capabilities, for this process and what it could start, and sets no_new_privs. A
 * process that still reads maps (@reads_maps) keeps the one that bpf(2) asks for before Linux 5.19:
 * CAP_BPF, or CAP_SYS_ADMIN where there is no CAP_BPF. One that has TC filters to take out at the
 * end
 * (@has_filters) keeps CAP_NET_ADMIN. 0 or a negative errno.
 */
int privileges_drop(bool reads_maps, bool has_filters);

#endif
