/* SPDX-License-Identifier: MIT */
#ifndef COREBTF_RUNNER_TRACEFS_H
#define COREBTF_RUNNER_TRACEFS_H

/* Where tracefs is mounted, among the places where libbpf looks; NULL: nowhere. Static. */
const char *tracefs_folder(void);

#endif
