/* SPDX-License-Identifier: MIT */
/*
 * What bench_lookup.c measures: ours (lookup_own.c) or bcc's own code (lookup_bcc.c).
 */
#ifndef COREBTF_TESTS_BENCH_LOOKUP_H
#define COREBTF_TESTS_BENCH_LOOKUP_H

/* The path of a BTF for the running kernel, from the program's own contents. 0 or -errno; -EEXIST
 * when the kernel's own BTF is not hidden. */
int lookup_path(char **ret_path);

/* Called after the first lookup: brings back the memory that the lookup needed and has given back,
 * so that it can be measured. */
int lookup_hold(char **path);

void lookup_end(char *path);

#endif
